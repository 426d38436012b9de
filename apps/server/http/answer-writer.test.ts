import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { FlowwError } from "@floww/contract/errors";
import { afterEach, expect, test } from "vitest";
import { AnswerWriter } from "./answer-writer.ts";

const tooLate = new FlowwError("CALLER_TIMED_OUT");
let server: Server;
afterEach(() => server.close());

/** The writer of the one request that is made, and what its caller gets. */
async function exchange(
  caller: RequestInit = {},
): Promise<{ writer: AnswerWriter; answer: Promise<Response> }> {
  server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const answer = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, caller);
  const [, response] = await once(server, "request");
  return { writer: new AnswerWriter(response, { isHead: false }), answer };
}

test("a stream that has begun goes on when the time to wait for an answer is over", async () => {
  const { writer, answer } = await exchange();
  writer.answer({ status: 200, headers: [], stream: true }, Buffer.from("first "));
  writer.giveUpWaiting(tooLate, "exe_1");
  await writer.chunk(Buffer.from("second"));
  writer.end();
  expect(await (await answer).text()).toBe("first second");
});

test("a caller without any answer is told so when the time is over", async () => {
  const { writer, answer } = await exchange();
  writer.giveUpWaiting(tooLate, "exe_1");
  expect([(await answer).status, await (await answer).json()]).toMatchObject([
    504,
    { error: { code: "CALLER_TIMED_OUT" }, executionId: "exe_1" },
  ]);
});

test("it is known when its caller has left", async () => {
  const impatient = new AbortController();
  const { writer, answer } = await exchange({ signal: impatient.signal });
  const { left } = writer;
  impatient.abort();
  await Promise.all([once(left, "abort"), expect(answer).rejects.toThrow()]);
  expect(writer.left.aborted).toBe(true);
});
