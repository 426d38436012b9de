import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AwsClient, findAwsClients } from "./aws-clients/clients.ts";
import { type InvocationEnd, RuntimeApi } from "./runtime-api.ts";

const { go, python } = findAwsClients(process.env);

// AWS's own runtime clients as peers: what they make of our Runtime API is what the executor may rely on.
describe.skipIf(go === undefined)("[needs aws-lambda-go]", () => describePeer("aws-lambda-go", go!));
describe.skipIf(python === undefined)("[needs awslambdaric]", () => {
  describePeer("awslambdaric", python!, { type: "RuntimeError" });

  test("what cannot be loaded is said as an error of the start", async () => {
    await using api = await RuntimeApi.start();
    await using client = await python!();
    const runtime = client.start(api.host, { BROKEN: "1" });
    await once(runtime, "exit");
    expect(JSON.parse(String(api.initError))).toMatchObject({
      errorType: "ValueError",
      errorMessage: "broken on purpose",
    });
  });
});

function describePeer(
  name: string,
  open: () => Promise<AwsClient>,
  { type = "errorString" }: { type?: string } = {},
): void {
  describe(name, () => {
    let client: AwsClient;
    let api: RuntimeApi;
    let runtime: ChildProcess;
    beforeAll(async () => {
      client = await open();
    }, 120_000);
    afterAll(() => client[Symbol.asyncDispose]());
    beforeEach(async () => {
      api = await RuntimeApi.start();
      runtime = client.start(api.host);
      runtime.once("exit", () => api.onRuntimeExit());
    });
    afterEach(async () => {
      if (runtime.exitCode === null && runtime.signalCode === null) {
        runtime.kill("SIGKILL");
        await once(runtime, "exit");
      }
      await api[Symbol.asyncDispose]();
    });

    const invoke = (event: object, timeoutMs = 30_000) => api.invoke(JSON.stringify(event), { timeoutMs });
    const answerOf = (end: InvocationEnd) => (end.kind === "response" ? JSON.parse(String(end.body)) : end);

    test("is up once it has asked, and answers one event after the other", async () => {
      await api.asked;
      const invocations = ["a", "ä€😀", { n: [1, null] }].map((value) => invoke({ do: "echo", value }));
      const ends = await Promise.all(invocations.map(({ end }) => end));
      expect(ends.map(answerOf)).toEqual(["a", "ä€😀", { n: [1, null] }]);
    });

    test("takes an event of six megabytes", async () => {
      const value = "y".repeat(6 * 1024 * 1024 - 100);
      expect(answerOf(await invoke({ do: "echo", value }).end)).toHaveLength(value.length);
    });

    test("knows which invocation it is at, of what, and until when", async () => {
      const startedAtMs = Date.now();
      const { id, end } = invoke({ do: "about" }, 45_000);
      const about = answerOf(await end);
      expect(about).toMatchObject({ id, function: expect.stringMatching(/^arn:aws:lambda:/) });
      expect(about.deadlineMs - startedAtMs).toBeGreaterThan(40_000);
      expect(about.deadlineMs - startedAtMs).toBeLessThan(50_000);
    });

    test("says what its handler failed with, and goes on", async () => {
      const failed = await invoke({ do: "fail" }).end;
      // Neither sends the header that names the type: it is in what they say.
      expect(failed).toMatchObject({ kind: "error", type: undefined });
      const { errorMessage, errorType } = JSON.parse(String((failed as { body: Buffer }).body));
      expect([errorMessage, errorType]).toEqual(["on purpose", type]);
      expect(answerOf(await invoke({ do: "echo", value: 1 }).end)).toBe(1);
    });

    test("is refused an answer over 6 MB, which fails", async () => {
      expect(await invoke({ do: "large" }).end).toEqual({ kind: "failed", reason: "RequestEntityTooLarge" });
    });

    test("that dies fails what it was at", async () => {
      const [first, second] = [invoke({ do: "exit" }), invoke({ do: "echo", value: 1 })];
      expect(await first.end).toEqual({ kind: "failed", reason: "Runtime.ExitError" });
      expect(await second.end).toEqual({ kind: "failed", reason: "Runtime.ExitError" });
    });
  });
}
