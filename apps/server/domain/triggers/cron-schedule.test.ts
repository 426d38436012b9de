import { describe, expect, test } from "vitest";
import { parseCron } from "./cron-schedule.ts";

const NOW = new Date("2026-01-01T00:00:00Z");

function ticks(expression: string, timezone: string, from: string, to: string): string[] {
  const schedule = parseCron(expression, timezone, NOW);
  const found: string[] = [];
  for (
    let tick = schedule.nextAfter(new Date(from));
    tick !== undefined && tick <= new Date(to);
    tick = schedule.nextAfter(tick)
  ) {
    found.push(tick.toISOString().slice(0, 16));
  }
  return found;
}

describe("a cron schedule keeps the Vixie rule", () => {
  test("a fixed time in the skipped hour runs once, right after it", () => {
    expect(ticks("30 2 * * *", "Europe/Berlin", "2027-03-27T12:00Z", "2027-03-29T12:00Z")).toEqual([
      "2027-03-28T01:00",
      "2027-03-29T00:30",
    ]);
  });

  test("a fixed time in the doubled hour runs once", () => {
    expect(ticks("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-26T12:00Z")).toEqual([
      "2026-10-25T00:30",
      "2026-10-26T01:30",
    ]);
  });

  test("steps miss nothing when the clock jumps ahead, and run eight times in the doubled hour", () => {
    expect(ticks("*/15 * * * *", "Europe/Berlin", "2027-03-28T00:30Z", "2027-03-28T01:30Z")).toEqual([
      "2027-03-28T00:45",
      "2027-03-28T01:00",
      "2027-03-28T01:15",
      "2027-03-28T01:30",
    ]);
    expect(ticks("*/15 * * * *", "Europe/Berlin", "2026-10-24T23:59Z", "2026-10-25T01:59Z")).toHaveLength(8);
  });

  test("half-hour shifts are shifts too", () => {
    expect(ticks("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00Z", "2026-10-04T16:00Z")).toEqual([
      "2026-10-03T15:30",
      "2026-10-04T15:15",
    ]);
    expect(
      ticks("*/15 * * * *", "Australia/Lord_Howe", "2027-04-03T14:00Z", "2027-04-03T15:30Z"),
    ).toHaveLength(6);
  });

  test("a day that a country left out has no ticks", () => {
    expect(ticks("0 12 * * *", "Pacific/Apia", "2011-12-28T23:00Z", "2011-12-31T00:00Z")).toEqual([
      "2011-12-29T22:00",
      "2011-12-30T22:00",
    ]);
  });

  test("day of month and day of week both given mean either", () => {
    expect(ticks("0 0 13 * 5", "UTC", "2026-12-01T00:00Z", "2026-12-14T00:00Z")).toEqual([
      "2026-12-04T00:00",
      "2026-12-11T00:00",
      "2026-12-13T00:00",
    ]);
  });

  test("six fields begin with seconds", () => {
    expect(ticks("30 0 0 * * *", "UTC", "2026-12-01T12:00Z", "2026-12-02T12:00Z")).toHaveLength(1);
  });

  test("an expression that never comes true is refused", () => {
    expect(() => parseCron("0 0 30 2 *", "UTC", NOW)).toThrow(
      expect.objectContaining({ code: "CRON_NEVER_FIRES" }),
    );
  });

  test.each([
    ["61 * * * *", "UTC"],
    ["* * * *", "UTC"],
    ["@daily", "UTC"],
    ["* * * * * * *", "UTC"],
    ["* * * * *", "Mars/Olympus"],
  ])("%s in %s is refused", (expression, timezone) => {
    expect(() => parseCron(expression, timezone, NOW)).toThrow(
      expect.objectContaining({ code: "CRON_INVALID" }),
    );
  });
});
