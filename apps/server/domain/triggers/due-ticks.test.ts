import { describe, expect, test } from "vitest";
import { parseCron } from "./cron-schedule.ts";
import { type CatchUp, dueTicks } from "./due-ticks.ts";

const everyMinute = parseCron("* * * * *", "UTC", new Date("2026-01-01T00:00:00Z"));
const yearly = parseCron("0 0 1 1 *", "UTC", new Date("2026-01-01T00:00:00Z"));

function due(catchUp: CatchUp, tickedUntil: string, now: string, schedule = everyMinute): string[] {
  const found = dueTicks(schedule, { tickedUntil: new Date(tickedUntil), now: new Date(now), catchUp });
  return found.map((tick) => tick.toISOString().slice(11, 16));
}

describe("due ticks", () => {
  test("a tick on time runs under every policy", () => {
    for (const policy of ["skip", "last", "all"] as const) {
      expect(due(policy, "2026-06-01T10:00:00Z", "2026-06-01T10:01:00.100Z")).toEqual(["10:01"]);
    }
  });

  test("a tick that ran is not due again", () => {
    expect(due("all", "2026-06-01T10:01:00Z", "2026-06-01T10:01:30Z")).toEqual([]);
  });

  test("after an outage `skip` runs none of the missed, `last` the newest, `all` each", () => {
    const outage = ["2026-06-01T10:00:00Z", "2026-06-01T10:04:45Z"] as const;
    expect(due("skip", ...outage)).toEqual([]);
    expect(due("last", ...outage)).toEqual(["10:04"]);
    expect(due("all", ...outage)).toEqual(["10:01", "10:02", "10:03", "10:04"]);
  });

  test("the missed come before the one that is due now", () => {
    expect(due("last", "2026-06-01T10:00:00Z", "2026-06-01T10:05:00.100Z")).toEqual(["10:04", "10:05"]);
  });

  test("years of silence cost no walk through each tick, and find the newest", () => {
    expect(due("last", "2001-01-01T00:00:00Z", "2026-06-01T10:00:45Z")).toEqual(["10:00"]);
    expect(due("last", "2024-06-01T00:00:00Z", "2026-06-01T10:00:45Z", yearly)).toEqual(["00:00"]);
    expect(due("all", "2001-01-01T00:00:00Z", "2026-06-01T10:00:45Z")).toHaveLength(1_440);
  });
});
