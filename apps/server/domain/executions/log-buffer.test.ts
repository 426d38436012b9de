import { limits } from "@floww/contract/limits";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { silentBells } from "../../testing/silent-bells.ts";
import type { ExecutionLedger } from "./execution-ledger.ts";
import type { LogRow } from "./ledger-fragments.ts";
import { LogBuffer } from "./log-buffer.ts";
import { ValueMask } from "./value-mask.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const line = (text: string) => ({ level: "info" as const, atMs: 0, text: Buffer.from(text) });

function aBuffer(
  commit: (rows: LogRow[]) => Promise<unknown>,
  { lastLine = 0, loggedBytes = 0 }: { lastLine?: number; loggedBytes?: number } = {},
) {
  const rung: [namespaceId: string, executionId: string][] = [];
  const logs = new LogBuffer(
    {
      // Nothing else of it is asked.
      ledger: { commit: ({ logs }: { logs: LogRow[] }) => commit(logs) } as unknown as ExecutionLedger,
      bells: { ...silentBells, executionChanged: (...named) => void rung.push(named) },
    },
    { id: "execution", namespaceId: "namespace", attempt: 1, lastLine, loggedBytes },
  );
  return { logs, rung };
}

test("whoever watches hears of lines once they are kept", async () => {
  const kept = Promise.withResolvers<void>();
  const { logs, rung } = aBuffer(() => kept.promise);
  logs.add(line("one"), new ValueMask());
  logs.add(line("two"), new ValueMask());
  await vi.advanceTimersByTimeAsync(1_000);
  expect(rung).toEqual([]);
  kept.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(rung).toEqual([["namespace", "execution"]]);
});

test("lines that could not be kept go with the next, and nobody is told of them before", async () => {
  const { logs, rung } = aBuffer(() => Promise.reject(new Error("away")));
  logs.add(line("one"), new ValueMask());
  await vi.advanceTimersByTimeAsync(1_000);
  expect(rung).toEqual([]);
  expect(logs.takeRest().map(({ text }) => String(text))).toEqual(["one"]);
});

test("lines of a flush that fails after the end took the rest are in it, before those that came later", async () => {
  const flushed = Promise.withResolvers<void>();
  const { logs } = aBuffer(() => flushed.promise);
  logs.add(line("one"), new ValueMask());
  await vi.advanceTimersByTimeAsync(1_000);
  logs.add(line("two"), new ValueMask());
  const rest = logs.takeRest();
  flushed.reject(new Error("away"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(rest.map(({ text }) => String(text))).toEqual(["one", "two"]);
});

test("lines are tried again while the run goes on, and those that are written are not sent again", async () => {
  const sent: string[][] = [];
  let isAway = true;
  const { logs, rung } = aBuffer(async (rows) => {
    sent.push(rows.map(({ text }) => String(text)));
    if (isAway) throw new Error("away");
  });
  logs.add(line("one"), new ValueMask());
  await vi.advanceTimersByTimeAsync(200);
  logs.add(line("two"), new ValueMask());
  isAway = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent).toEqual([["one"], ["one", "two"]]);
  expect(rung).toHaveLength(1);
  expect(logs.takeRest()).toEqual([]);
});

test("a start that goes on with an attempt goes on with its log, within the bytes of one", () => {
  const none = () => Promise.resolve();
  const { logs } = aBuffer(none, { lastLine: 7, loggedBytes: limits.logBytesPerRunMax - 1 });
  for (const text of ["one", "two"]) logs.add(line(text), new ValueMask());
  expect(logs.takeRest().map(({ sequence, text }) => [sequence, String(text)])).toEqual([[8, "one"]]);
});
