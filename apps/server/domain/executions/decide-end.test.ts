import { expect, test } from "vitest";
import { decideEnd, INTERRUPTED_PAUSE_MS, INTERRUPTIONS_MAX, isLastAttempt } from "./decide-end.ts";

const error = { code: "INTERRUPTED", name: "FlowwError", message: "" } as const;
const retries = { limit: 10, minDelayMs: 1, maxDelayMs: 1, factor: 1 };
const policy = { timeoutMs: 1_000, retries, isTakenUp: true, hasOnFailure: false };

function afterInterruption(attempt: number, interruptions: number) {
  const start = { attempt, interruptions, policy, hasCaller: false };
  return decideEnd({ state: "interrupted", error }, start, () => 0);
}

test("a run is taken up again after so many interruptions, however often it was tried before", () => {
  const again = { againAfterMs: INTERRUPTED_PAUSE_MS };
  expect(afterInterruption(1, 0)).toEqual(again);
  expect(afterInterruption(INTERRUPTIONS_MAX + 4, 0)).toEqual(again);
  expect(afterInterruption(INTERRUPTIONS_MAX + 4, INTERRUPTIONS_MAX - 2)).toEqual(again);
  expect(afterInterruption(INTERRUPTIONS_MAX + 4, INTERRUPTIONS_MAX - 1)).toBe("over");
});

test("what was interrupted uses up none of the author's retries, nor does it lengthen their pauses", () => {
  const twice = { ...policy, retries: { limit: 2, minDelayMs: 100, maxDelayMs: 100_000, factor: 10 } };
  const afterFailure = (attempt: number, interruptions: number) => {
    const start = { attempt, interruptions, policy: twice, hasCaller: false };
    return { decision: decideEnd({ state: "failed", error }, start, () => 1), isLast: isLastAttempt(start) };
  };
  for (const interruptions of [0, 3]) {
    const nth = (attempt: number) => afterFailure(attempt + interruptions, interruptions);
    expect(nth(1)).toEqual({ decision: { againAfterMs: 100 }, isLast: false });
    expect(nth(2)).toEqual({ decision: { againAfterMs: 1_000 }, isLast: false });
    expect(nth(3)).toEqual({ decision: "over", isLast: true });
  }
});
