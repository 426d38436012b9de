import { expect, test } from "vitest";
import { AttemptLimit } from "./attempt-limit.ts";

test("attempts over the limit wait for the window's end, and other keys do not", () => {
  let nowMs = 0;
  const limit = new AttemptLimit({ attemptsMax: 2, windowMs: 1_000, now: () => nowMs });
  expect([limit.take("ada"), limit.take("ada")]).toEqual([0, 0]);
  nowMs = 400;
  expect(limit.take("ada")).toBe(600);
  expect(limit.take("bob")).toBe(0);
  nowMs = 1_000;
  expect(limit.take("ada")).toBe(0);
});

test("a success forgets the attempts before it", () => {
  const limit = new AttemptLimit({ attemptsMax: 1, windowMs: 1_000 });
  limit.take("ada");
  limit.clear("ada");
  expect(limit.take("ada")).toBe(0);
});
