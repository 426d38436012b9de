import { expect } from "vitest";
import { expectFailure } from "../expect-end.ts";
import type { Behaviour } from "../transport.ts";

/** Each writes one thing to the frames' descriptor that ends the process; the server goes on. */
const PROTOCOL_BREAKERS = [
  "garbage",
  "four-gigabytes",
  "short-length",
  "header-too-long",
  "header-not-json",
  "unknown-kind",
  "driver-kind",
  "other-run",
  "call-without-head",
  "call-with-null",
  "answer-without-head",
  "answer-status",
  "done-without-head",
  "chunk-without-answer",
  "log-without-head",
  "dying-without-head",
  "dying-for-nobody",
  "logs-past-the-limit",
  "header-of-brackets",
  "header-of-objects",
];

const needs = ["descriptor", "concurrency"] as const;

export const hostile: readonly Behaviour[] = [
  ...PROTOCOL_BREAKERS.map(
    (handler): Behaviour => ({
      name: `a process that breaks the protocol is ended: ${handler}`,
      workflow: "hostile",
      needs,
      check: async (runtime) => {
        const run = runtime.start(handler);
        expect(expectFailure(await run.end, "FRAME_INVALID").message).toBeTruthy();
        await runtime.closed;
      },
    }),
  ),
  {
    name: "a process that sends a stream faster than it is taken is ended",
    workflow: "hostile",
    needs,
    check: async (runtime) => {
      const run = runtime.start("greedy-stream", { sink: { chunk: () => new Promise(() => undefined) } });
      expectFailure(await run.end, "FRAME_INVALID");
      expect(run.chunks).toHaveLength(1);
      await runtime.closed;
    },
  },
  {
    name: "a process that calls and never reads the replies is not heard, and costs its driver nothing",
    workflow: "hostile",
    needs,
    check: async (runtime) => {
      const before = process.memoryUsage().rss;
      let most = before;
      let calls = 0;
      const call = async () => {
        calls += 1;
        most = Math.max(most, process.memoryUsage().rss);
        return "r".repeat(1_000);
      };
      const run = runtime.start("deaf-caller", { timeoutMs: 3_000, sink: { call } });
      expect((await run.end).state).toBe("timed_out");
      expect(most - before).toBeLessThan(50 * 1024 * 1024);
      expect(calls).toBeGreaterThan(0);
      await runtime.closed;
    },
  },
  {
    name: "an error that is none of the right shape is recorded as one that is",
    workflow: "hostile",
    needs,
    check: async (runtime) => {
      const odd = expectFailure(await runtime.start("odd-error").end, "USER_ERROR");
      expect(odd).toEqual({ code: "USER_ERROR", name: "Error", message: "The handler threw an error." });
    },
  },
  {
    name: "an error that is too large is cut before it is recorded",
    workflow: "hostile",
    needs,
    check: async (runtime) => {
      const huge = expectFailure(await runtime.start("huge-error").end, "USER_ERROR");
      expect(huge.message.length).toBeLessThanOrEqual(10_000);
    },
  },
  {
    name: "of several runs in a process that breaks the protocol none is charged",
    workflow: "hostile",
    needs,
    check: async (runtime) => {
      const beside = runtime.start("beside");
      await beside.logged("beside");
      const run = runtime.start("garbage");
      for (const { end } of [beside, run]) expect(await end).toMatchObject({ state: "interrupted" });
    },
  },
];
