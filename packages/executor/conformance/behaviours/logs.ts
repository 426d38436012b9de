import { limits } from "@floww/contract/limits";
import { expect } from "vitest";
import { answerOf, endOf, expectFailure } from "../expect-end.ts";
import type { Behaviour, RuntimeUnderTest, StartedRun } from "../transport.ts";

const behaviour = (
  name: string,
  check: (runtime: RuntimeUnderTest) => Promise<void>,
  needs: Behaviour["needs"] = [],
): Behaviour => ({ name, workflow: "logs", check, needs });

const texts = ({ logs }: StartedRun) => logs.map(({ text }) => text.toString());
const bytes = ({ logs }: StartedRun) => logs.reduce((sum, { text }) => sum + text.byteLength, 0);

export const logs: readonly Behaviour[] = [
  behaviour("console and ctx.logger arrive in order, each with its level", async (runtime) => {
    const run = runtime.start("all");
    await run.end;
    expect(run.logs.map(({ level, text }) => `${level} ${text.toString().split("\n")[0]}`)).toEqual([
      "debug one 1",
      'debug two {"b":2}',
      "info three",
      "info four",
      "warn five",
      "warn six",
      "error seven",
      "error Error: eight",
    ]);
    const now = Date.now();
    for (const { atMs } of run.logs) expect(Math.abs(now - atMs)).toBeLessThan(60_000);
  }),
  behaviour("a value that cannot be written is no reason to fail", async (runtime) => {
    const run = runtime.start("hostile");
    expect((await run.end).state).toBe("completed");
    expect(run.logs).toHaveLength(3);
    expect(texts(run)[2]).toBe("\u001b]0;title\u0007\u001b[31mred");
  }),
  behaviour(
    "each of many runs at once has its own lines",
    async (runtime) => {
      const names = ["Ada", "Grace", "Edsger", "Barbara"];
      const runs = names.map((name) => runtime.start("named", { body: Buffer.from(JSON.stringify(name)) }));
      await Promise.all(runs.map(({ end }) => end));
      for (const [index, name] of names.entries()) {
        const expected = Array.from({ length: 20 }, (_, line) => `${name} ${line}`);
        expect(texts(runs[index]!)).toEqual([...expected, `${name} last`]);
      }
    },
    ["concurrency"],
  ),
  behaviour(
    "of a flood of lines the first MB and the last lines are kept, and the run is none the worse",
    async (runtime) => {
      const run = runtime.start("flood");
      expect(answerOf(await run.end).text).toBe("flooded");
      expect(bytes(run)).toBeGreaterThan(limits.logBytesPerRunMax / 3);
      expect(bytes(run)).toBeLessThan(limits.logBytesPerRunMax);
      expect(texts(run)[0]).toMatch(/^0 x/);
      expect(texts(run).at(-1)).toMatch(/^199999 x/);
      const leftOut = texts(run).filter((text) => /^… \d+ lines were left out here/.test(text));
      expect(leftOut).toHaveLength(1);
      expect(run.logs.length - 1 + Number(leftOut[0]!.split(" ")[1])).toBe(200_000);
    },
  ),
  behaviour(
    "the last lines of a flood arrive also when the process ends under it",
    async (runtime) => {
      const run = runtime.start("flood-then-exit");
      expectFailure(await run.end, "PROCESS_EXITED");
      expect(texts(run).at(-1)).toMatch(/^19999 x/);
    },
    // HTTP takes so many frames out of a dying process only as far as its connection has room.
    ["descriptor"],
  ),
  behaviour("one line of 100 MB is cut to what a line may be", async (runtime) => {
    const run = runtime.start("long-line");
    expect(answerOf(await run.end).text).toBe("logged");
    expect(bytes(run)).toBe(limits.logLineBytesMax);
  }),
  behaviour(
    "what is written to stderr before a crash is in the log, in whole lines, without what other runs have read",
    async (runtime) => {
      const hide = (text: string) => text.replaceAll("hunter2-of-another-run", "***");
      const beside = runtime.start("waits-beside", { sink: { hide } });
      await beside.logged("beside");
      const run = runtime.start("crashes-with-last-words");
      expect((await run.end).state).toBe("interrupted");
      await beside.end;
      for (const { logs } of [run, beside]) {
        const said = logs.filter(({ level }) => level === "error").map(({ text }) => text.toString());
        expect(said.slice(-2)).toEqual(["the password is ***", "last words"]);
        for (const line of said.slice(0, -2)) expect(line).toMatch(/^x{99}$/);
      }
    },
    ["descriptor", "concurrency"],
  ),
  behaviour(
    "what was written by the process before the run is not the run's",
    async (runtime) => {
      await endOf(runtime, "writes-to-stderr");
      // Two pipes have no order among them; by the end of another run both were read.
      await endOf(runtime, "all");
      const run = runtime.start("crashes-silently");
      expectFailure(await run.end, "PROCESS_CRASHED");
      expect(texts(run)).toEqual([]);
    },
    ["descriptor"],
  ),
  behaviour(
    "a process that writes to stderr without end waits at its own pipe, and costs its driver nothing",
    async (runtime) => {
      const before = process.memoryUsage().rss;
      let most = before;
      const watch = setInterval(() => {
        most = Math.max(most, process.memoryUsage().rss);
      }, 20);
      const end = await endOf(runtime, "stdout-gigabyte", { timeoutMs: 3_000 });
      clearInterval(watch);
      expect(end.state).toBe("timed_out");
      expect(most - before).toBeLessThan(100 * 1024 * 1024);
    },
    ["descriptor"],
  ),
];
