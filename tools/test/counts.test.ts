import { expect, test } from "vitest";
import { formatCounts, readMissingParts } from "./counts.ts";

test("skipped tests are named only when there are any", () => {
  expect(formatCounts({ passed: 3, failures: ["one"], skipped: 0 })).toBe("3 passed, 1 failed");
  expect(formatCounts({ passed: 3, failures: [], skipped: 2 })).toBe("3 passed, 0 failed, 2 skipped");
});

test("an empty list of missing parts means that nothing may be skipped, no list that anything may", () => {
  expect(readMissingParts("")).toEqual(new Set());
  expect(readMissingParts("bubblewrap, docker")).toEqual(new Set(["bubblewrap", "docker"]));
  expect(readMissingParts(undefined)).toBeUndefined();
});
