import { limits } from "@floww/contract/limits";
import { expect } from "vitest";
import { lineOf } from "../build-workflow.ts";
import { answerOf, endOf, expectFailure } from "../expect-end.ts";
import type { Behaviour, RuntimeUnderTest } from "../transport.ts";

const behaviour = (
  name: string,
  check: (runtime: RuntimeUnderTest) => Promise<void>,
  needs: Behaviour["needs"] = [],
): Behaviour => ({ name, workflow: "endings", check, needs });

/** This machine may be busy: what has to happen within a time gets this much on top. */
const SLACK_MS = 2_000;

/** How runs end that do not simply return, and what becomes of those beside them. */
export const endings: readonly Behaviour[] = [
  behaviour(
    "a handler that never settles is timed out, and its neighbour finishes",
    async (runtime) => {
      const never = runtime.start("never", { timeoutMs: 60 });
      const neighbour = runtime.start("short");
      expect(await never.end).toMatchObject({ state: "timed_out", error: { code: "RUN_TIMED_OUT" } });
      expect(answerOf(await neighbour.end).text).toBe("short ends");
      await runtime.closed;
    },
    ["concurrency"],
  ),
  behaviour("a handler that never settles is timed out", async (runtime) => {
    const end = await endOf(runtime, "never", { timeoutMs: 60 });
    expect(end).toMatchObject({ state: "timed_out", error: { code: "RUN_TIMED_OUT" } });
  }),
  behaviour(
    "a blocked event loop is killed at the deadline, and its neighbour is interrupted",
    async (runtime) => {
      const blocks = runtime.start("blocks", { timeoutMs: 300 });
      const neighbour = runtime.start("never");
      await blocks.logged("blocking");
      const startedAt = performance.now();
      expect(await blocks.end).toMatchObject({ state: "timed_out" });
      expect(await neighbour.end).toMatchObject({
        state: "interrupted",
        error: { code: "INTERRUPTED", message: expect.stringContaining("blocked") },
      });
      await runtime.closed;
      expect(performance.now() - startedAt).toBeLessThan(300 + limits.blockedLoopMs + SLACK_MS);
    },
    ["concurrency", "cancel"],
  ),
  behaviour(
    "process.exit is charged to the run that called it, the other is interrupted",
    async (runtime) => {
      const other = runtime.start("never");
      const exits = runtime.start("exits");
      const error = expectFailure(await exits.end, "PROCESS_EXITED");
      expect(error.message).toContain("process.exit(3)");
      expect(await other.end).toMatchObject({
        state: "interrupted",
        error: { code: "INTERRUPTED", message: expect.stringContaining("PROCESS_EXITED") },
      });
    },
    ["concurrency"],
  ),
  behaviour("process.exit is told as such", async (runtime) => {
    expectFailure(await endOf(runtime, "exits"), "PROCESS_EXITED");
  }),
  behaviour(
    "a process.exit that a hook holds up is still an exit, and soon over",
    async (runtime) => {
      const startedAt = performance.now();
      const error = expectFailure(
        await endOf(runtime, "exits-never", { timeoutMs: 60_000 }),
        "PROCESS_EXITED",
      );
      expect(error.message).toContain("process.exit(4)");
      expect(performance.now() - startedAt).toBeLessThan(500 + SLACK_MS);
    },
    ["descriptor"],
  ),
  behaviour("what was logged before process.exit arrives, however much it is", async (runtime) => {
    const run = runtime.start("exits-after-logs");
    expectFailure(await run.end, "PROCESS_EXITED");
    expect(run.logs.map(({ text }) => text.toString().split(" ")[0])).toEqual(
      Array.from({ length: 15 }, (_, line) => String(line)),
    );
  }),
  behaviour(
    "an uncaught error in a timer is charged to the run that set it, with its line",
    async (runtime) => {
      const other = runtime.start("never");
      const throws = runtime.start("throws-in-timer");
      const error = expectFailure(await throws.end, "UNCAUGHT_ERROR");
      expect(error).toMatchObject({ name: "RangeError", message: "in a timer" });
      expect(error.source).toMatchObject({ file: "endings.ts", line: await lineOf("endings", "timer") });
      expect(await other.end).toMatchObject({ state: "interrupted" });
    },
    ["concurrency"],
  ),
  behaviour(
    "an unhandled rejection is charged to the run that caused it",
    async (runtime) => {
      const other = runtime.start("never");
      const rejects = runtime.start("rejects-unseen");
      const error = expectFailure(await rejects.end, "UNCAUGHT_ERROR");
      expect(error.source).toMatchObject({ line: await lineOf("endings", "unseen") });
      expect(await other.end).toMatchObject({ state: "interrupted" });
    },
    ["concurrency"],
  ),
  behaviour("an uncaught error is told as such", async (runtime) => {
    expectFailure(await endOf(runtime, "throws-in-timer"), "UNCAUGHT_ERROR");
  }),
  behaviour("a run alone in a process that kills itself is charged", async (runtime) => {
    const error = expectFailure(await endOf(runtime, "kills-itself"), "PROCESS_CRASHED");
    expect(error.message).toMatch(/signal (SIGKILL|9)/);
  }),
  behaviour(
    "of several runs in a process that kills itself none is charged",
    async (runtime) => {
      const runs = [runtime.start("never"), runtime.start("kills-itself")];
      for (const run of runs) expect(await run.end).toMatchObject({ state: "interrupted" });
    },
    ["concurrency"],
  ),
  behaviour("process.abort is charged like a crash", async (runtime) => {
    expect(expectFailure(await endOf(runtime, "aborts"), "PROCESS_CRASHED").message).toMatch(
      /SIGABRT|signal 6/,
    );
  }),
  behaviour("a heap that is full is told as lack of memory", async (runtime) => {
    expectFailure(await endOf(runtime, "fills-heap", { timeoutMs: 60_000 }), "OUT_OF_MEMORY");
  }),
  behaviour("a workflow that closes its stdout is still heard", async (runtime) => {
    const run = runtime.start("closes-stdout");
    expect(answerOf(await run.end).text).toBe("alive");
    expect(run.logs.map(({ text }) => text.toString())).toContain("still heard");
  }),
  behaviour("what a run leaves behind says nothing in its name, and the process goes on", async (runtime) => {
    const run = runtime.start("leaves-timers");
    expect(answerOf(await run.end).text).toBe("left");
    for (let count = 0; count < 5; count++) expect(answerOf(await endOf(runtime, "quick")).text).toBe("done");
    expect(run.logs).toEqual([]);
  }),
  behaviour(
    "a cancel aborts ctx.signal, ends the run, and leaves its neighbour alone",
    async (runtime) => {
      const run = runtime.start("waits");
      const neighbour = runtime.start("short");
      await run.logged("waiting");
      run.cancel();
      expect(await run.end).toMatchObject({ state: "cancelled", error: { code: "RUN_CANCELLED" } });
      expect(answerOf(await neighbour.end).text).toBe("short ends");
      await runtime.closed;
    },
    ["concurrency", "cancel"],
  ),
];
