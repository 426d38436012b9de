import { limits } from "@floww/contract/limits";
import { expect } from "vitest";
import { answerOf, endOf } from "../expect-end.ts";
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
  behaviour("a flood of lines is cut at 1 MB, and the run is none the worse", async (runtime) => {
    const run = runtime.start("flood");
    expect(answerOf(await run.end).text).toBe("flooded");
    expect(bytes(run)).toBeGreaterThan(limits.logBytesPerRunMax - 200);
    expect(bytes(run)).toBeLessThan(limits.logBytesPerRunMax + 200);
    expect(texts(run)[0]).toMatch(/^0 x/);
  }),
  behaviour("one line of 100 MB is cut to what a line may be", async (runtime) => {
    const run = runtime.start("long-line");
    expect(answerOf(await run.end).text).toBe("logged");
    expect(bytes(run)).toBe(limits.logLineBytesMax);
  }),
  behaviour(
    "a gigabyte written to stderr costs the server nothing",
    async (runtime) => {
      const before = process.memoryUsage().rss;
      let most = before;
      const watch = setInterval(() => {
        most = Math.max(most, process.memoryUsage().rss);
      }, 20);
      const end = await endOf(runtime, "stdout-gigabyte", { timeoutMs: 60_000 });
      clearInterval(watch);
      expect(answerOf(end).text).toBe("written");
      expect(most - before).toBeLessThan(150 * 1024 * 1024);
    },
    ["descriptor"],
  ),
];
