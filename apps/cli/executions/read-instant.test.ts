import { expect, test } from "vitest";
import { readInstant } from "./read-instant.ts";

const now = Date.parse("2026-11-22T12:00:00.000Z");

test("an age counts back from now, an instant stands for itself", () => {
  const read = (value: string) => readInstant("--since", value, now);
  expect(read("90s")).toBe("2026-11-22T11:58:30.000Z");
  expect(read("30m")).toBe("2026-11-22T11:30:00.000Z");
  expect(read("1h")).toBe("2026-11-22T11:00:00.000Z");
  expect(read("2d")).toBe("2026-11-20T12:00:00.000Z");
  expect(read("2026-11-01T00:00:00Z")).toBe("2026-11-01T00:00:00.000Z");
  expect(readInstant("--since", undefined, now)).toBeUndefined();
});

test("anything else is refused with its name and value", () => {
  for (const value of ["soon", "1w", "-1h", "h", "1.5h"])
    expect(() => readInstant("--since", value, now)).toThrow(`--since is "${value}"`);
});
