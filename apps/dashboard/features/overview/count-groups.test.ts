import { expect, test } from "vitest";
import { failureRate, totalOf } from "./count-groups.ts";

test("the failure rate is of those that ended by themselves", () => {
  const counts = { completed: 6, failed: 1, timed_out: 1, cancelled: 50, started: 50 };
  expect(failureRate(counts)).toBe(0.25);
  expect(totalOf(counts)).toBe(108);
});

test("where nothing ended there is no rate", () => {
  expect(failureRate({ started: 3, cancelled: 1 })).toBeUndefined();
});
