import { expect, test } from "vitest";
import type { Queryable } from "../../platform/db/database.ts";
import { QueueLengths } from "./queue-lengths.ts";

/** Counts that take as long as is said; the times at which they began. */
function countsOf(tookMs: number, full: string[] = []) {
  const clock = { nowMs: 1_000 };
  const beganAtMs: number[] = [];
  const database = {
    query: async () => {
      beganAtMs.push(clock.nowMs);
      clock.nowMs += tookMs;
      return { rows: full.map((id) => ({ id })) };
    },
  } as unknown as Queryable;
  const lengths = new QueueLengths(database, { now: () => clock.nowMs });
  const lookFor = async (ms: number) => {
    for (const untilMs = clock.nowMs + ms; clock.nowMs < untilMs; clock.nowMs += 1_000) await lengths.look();
  };
  const gaps = () => beganAtMs.slice(1).map((at, index) => at - beganAtMs[index]!);
  return { lengths, lookFor, gaps };
}

test.each([
  ["short queues are counted each five seconds", 2, 5_000, 6_100],
  ["a count takes a two-hundredth of the time at most", 90, 18_000, 19_200],
  ["one that a frozen database held up is done again within a minute", 30_000, 60_000, 61_100],
])("%s", async (_, tookMs, least, most) => {
  const { lookFor, gaps } = countsOf(tookMs);
  await lookFor(400_000);
  expect(gaps().length).toBeGreaterThan(4);
  for (const gap of gaps()) {
    expect(gap).toBeGreaterThanOrEqual(least);
    expect(gap).toBeLessThanOrEqual(most);
  }
});

test("an event of a namespace that was full at the last count is refused, and no other's", async () => {
  const { lengths } = countsOf(1, ["full"]);
  expect(() => lengths.assertRoom("full")).not.toThrow();
  await lengths.look();
  expect(() => lengths.assertRoom("full")).toThrow(expect.objectContaining({ code: "QUEUE_FULL" }));
  expect(() => lengths.assertRoom("other")).not.toThrow();
});
