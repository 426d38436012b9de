import { expect, test } from "vitest";
import { decideEnd, INTERRUPTED_PAUSE_MS, INTERRUPTIONS_MAX } from "./decide-end.ts";

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
