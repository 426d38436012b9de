import { expect } from "vitest";
import { answerOf, endOf, expectFailure } from "../expect-end.ts";
import type { Behaviour, RuntimeUnderTest } from "../transport.ts";

const behaviour = (
  name: string,
  check: (runtime: RuntimeUnderTest) => Promise<void>,
  needs: Behaviour["needs"] = [],
): Behaviour => ({ name, workflow: "answers", check, needs });

/** What a handler returns, and what its caller gets. */
export const answers: readonly Behaviour[] = [
  behaviour("returned data is JSON", async (runtime) => {
    const answer = answerOf(await endOf(runtime, "data"));
    expect(answer).toMatchObject({ status: 200, headers: [["content-type", "application/json"]] });
    expect(JSON.parse(answer.text)).toEqual({ hello: "Ada", list: [1, null, true] });
  }),
  behaviour("a returned string is text, in UTF-8", async (runtime) => {
    const answer = answerOf(await endOf(runtime, "string"));
    expect(answer.headers).toEqual([["content-type", "text/plain; charset=utf-8"]]);
    expect(answer.text).toBe("plain text, ünïcode");
  }),
  behaviour("returned bytes arrive byte for byte", async (runtime) => {
    const answer = answerOf(await endOf(runtime, "bytes"));
    expect(answer.headers).toEqual([["content-type", "application/octet-stream"]]);
    expect([...answer.body]).toEqual([0, 255, 1, 254]);
  }),
  behaviour("what the caller sent reaches the handler byte for byte", async (runtime) => {
    const body = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 256));
    expect(answerOf(await endOf(runtime, "echo", { body })).body.equals(body)).toBe(true);
  }),
  behaviour("nothing returned is 204", async (runtime) => {
    expect(answerOf(await endOf(runtime, "nothing"))).toMatchObject({ status: 204, headers: [], text: "" });
  }),
  behaviour("null is JSON like any other value", async (runtime) => {
    expect(answerOf(await endOf(runtime, "null"))).toMatchObject({ status: 200, text: "null" });
  }),
  behaviour("a Response keeps its status, its repeated headers and its bytes", async (runtime) => {
    const answer = answerOf(await endOf(runtime, "response"));
    expect(answer.status).toBe(418);
    expect(answer.headers).toContainEqual(["x-one", "1"]);
    expect(answer.headers.filter(([name]) => name === "set-cookie")).toEqual([
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ]);
    expect([...answer.body]).toEqual([0, 1, 2, 255]);
  }),
  behaviour("a Response without a body is one", async (runtime) => {
    expect(answerOf(await endOf(runtime, "empty-response"))).toMatchObject({ status: 304, text: "" });
  }),
  behaviour("a Response with too many header bytes, or of an error, is refused", async (runtime) => {
    expectFailure(await endOf(runtime, "large-headers"), "ANSWER_INVALID");
    expectFailure(await endOf(runtime, "error-response"), "ANSWER_INVALID");
  }),
  behaviour("a stream's pieces arrive while the handler still makes more of them", async (runtime) => {
    const run = runtime.start("stream");
    let hasEnded = false;
    void run.end.then(() => {
      hasEnded = true;
    });
    await run.chunked(1);
    expect(hasEnded).toBe(false);
    expect(await run.end).toEqual({ state: "completed" });
    expect(run.early[0]?.header).toMatchObject({
      status: 200,
      headers: [["content-type", "text/event-stream"]],
      stream: true,
    });
    const whole = Buffer.concat([run.early[0]!.body, ...run.chunks]).toString();
    expect(whole).toBe("piece 1;piece 2;piece 3;");
  }),
  behaviour("a stream that breaks fails its run", async (runtime) => {
    const run = runtime.start("broken-stream");
    const error = expectFailure(await run.end, "USER_ERROR");
    expect(error.message).toBe("the source broke");
    expect(run.early).toHaveLength(1);
  }),
  behaviour(
    "a stream waits for a caller that does not read, and ends with its run",
    async (runtime) => {
      const stuck = Promise.withResolvers<void>();
      const run = runtime.start("endless-stream", { sink: { chunk: () => stuck.promise } });
      await run.chunked(1);
      // Whoever waits for the caller waits for good: another run in the same process has its turn meanwhile.
      const beside = await Promise.all(Array.from({ length: 20 }, () => endOf(runtime, "data")));
      expect(beside.every(({ state }) => state === "completed")).toBe(true);
      expect(run.chunks).toHaveLength(1);
      const other = runtime.start("early");
      run.cancel();
      expect((await run.end).state).toBe("cancelled");
      expect((await other.end).state).toBe("completed");
      stuck.resolve();
    },
    ["backpressure", "cancel", "concurrency"],
  ),
  behaviour("WebhookError answers with its status and body, and is no failure", async (runtime) => {
    const answer = answerOf(await endOf(runtime, "webhook-error"));
    expect(answer).toMatchObject({ status: 409, text: '{"reason":"taken"}' });
  }),
  behaviour("WebhookError of another copy of the SDK in the same bundle is known too", async (runtime) => {
    expect(answerOf(await endOf(runtime, "second-webhook-error"))).toMatchObject({
      status: 410,
      text: "gone",
    });
  }),
  behaviour("what JSON cannot hold is refused by its name", async (runtime) => {
    expect(expectFailure(await endOf(runtime, "bigint"), "ANSWER_INVALID").message).toContain("BigInt");
    expect(expectFailure(await endOf(runtime, "circular"), "ANSWER_INVALID").message).toContain("circular");
    expect(expectFailure(await endOf(runtime, "function"), "ANSWER_INVALID").message).toContain("function");
    expectFailure(await endOf(runtime, "hostile-json"), "ANSWER_INVALID");
  }),
  behaviour("an answer of 5 MB arrives, one byte more is refused with both sizes", async (runtime) => {
    expect(answerOf(await endOf(runtime, "just-large-enough")).body.byteLength).toBe(5 * 1024 * 1024);
    const error = expectFailure(await endOf(runtime, "too-large"), "ANSWER_TOO_LARGE");
    expect(error.message).toContain("5242881 bytes; 5242880");
  }),
  behaviour("ctx.respond answers early, and the run goes on", async (runtime) => {
    const run = runtime.start("early");
    expect(await run.end).toEqual({ state: "completed" });
    expect(run.early).toHaveLength(1);
    expect(run.early[0]!.body.toString()).toBe('{"early":true}');
    expect(run.logs.map(({ text }) => text.toString())).toEqual(["after the answer"]);
  }),
  behaviour(
    "ctx.respond goes on only once the answer is committed",
    async (runtime) => {
      const commit = Promise.withResolvers<void>();
      const run = runtime.start("early", { sink: { answer: () => commit.promise } });
      await endOf(runtime, "data");
      await endOf(runtime, "data");
      expect(run.logs).toEqual([]);
      commit.resolve();
      expect(await run.end).toEqual({ state: "completed" });
      expect(run.logs).toHaveLength(1);
    },
    ["calls", "concurrency"],
  ),
  behaviour(
    "an early answer that cannot be committed ends its run and none beside it",
    async (runtime) => {
      const beside = runtime.start("stream");
      const run = runtime.start("early", {
        sink: { answer: () => Promise.reject(new TypeError("no database")) },
      });
      expect(await run.end).toMatchObject({ state: "interrupted", error: { code: "INTERRUPTED" } });
      expect(await beside.end).toEqual({ state: "completed" });
    },
    ["calls", "concurrency"],
  ),
  behaviour("ctx.respond can stream", async (runtime) => {
    const run = runtime.start("early-stream");
    expect(await run.end).toEqual({ state: "completed" });
    expect(Buffer.concat([run.early[0]!.body, ...run.chunks]).byteLength).toBe(300_000);
    expect(run.logs).toHaveLength(1);
  }),
  behaviour("answering twice is an error of the second", async (runtime) => {
    const run = runtime.start("twice");
    expectFailure(await run.end, "ALREADY_ANSWERED");
    expect(run.early.map(({ body }) => body.toString())).toEqual(["one"]);
  }),
  behaviour("an error after the answer fails the run", async (runtime) => {
    const run = runtime.start("throws-after");
    expect(expectFailure(await run.end, "USER_ERROR").message).toBe("too late to tell");
    expect(run.early).toHaveLength(1);
  }),
  behaviour("an early answer that could not be made may be followed by one that can", async (runtime) => {
    const run = runtime.start("second-try");
    expect(await run.end).toEqual({ state: "completed" });
    expect(run.early.map(({ body }) => body.toString())).toEqual(["the second try"]);
  }),
];
