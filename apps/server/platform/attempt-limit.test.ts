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

test("a success does not count, and does not forget the failures before it", () => {
  const limit = new AttemptLimit({ attemptsMax: 2, windowMs: 1_000, now: () => 0 });
  limit.take("ada");
  for (let index = 0; index < 5; index++) {
    expect(limit.take("ada")).toBe(0);
    limit.giveBack("ada");
  }
  expect([limit.take("ada"), limit.take("ada")]).toEqual([0, 1_000]);
});
