import type { CronSchedule } from "./cron-schedule.ts";

export type CatchUp = "skip" | "last" | "all";

/** A tick that is found this late was missed: no server was there at its time. */
export const MISSED_AFTER_MS = 30_000;
const CATCH_UP_MS_MAX = 24 * 60 * 60 * 1000;
const CATCH_UP_TICKS_MAX = 1_440;

/** The ticks after `tickedUntil` and up to `now` that are to run, oldest first. */
export function dueTicks(
  schedule: CronSchedule,
  { tickedUntil, now, catchUp }: { tickedUntil: Date; now: Date; catchUp: CatchUp },
): Date[] {
  const missedBefore = now.getTime() - MISSED_AFTER_MS;
  const from =
    catchUp === "all"
      ? Math.max(tickedUntil.getTime(), now.getTime() - CATCH_UP_MS_MAX)
      : tickedUntil.getTime();
  // After long silence the ticks of months are not walked one by one: only the newest can matter to `last`.
  const start = catchUp === "all" ? from : Math.max(from, startOfLast(schedule, from, missedBefore));
  const due: Date[] = [];
  let lastMissed: Date | undefined;
  for (
    let tick = schedule.nextAfter(new Date(start));
    tick !== undefined && tick <= now;
    tick = schedule.nextAfter(tick)
  ) {
    const isMissed = tick.getTime() < missedBefore;
    if (!isMissed || catchUp === "all") due.push(tick);
    else lastMissed = tick;
  }
  if (catchUp === "last" && lastMissed !== undefined) due.unshift(lastMissed);
  return due.slice(-CATCH_UP_TICKS_MAX);
}

/** A point in time not before `from` with a tick between it and `before`, found by doubling backwards; else `from`. */
function startOfLast(schedule: CronSchedule, from: number, before: number): number {
  for (let back = 60_000; before - back > from; back *= 2) {
    const tick = schedule.nextAfter(new Date(before - back));
    if (tick !== undefined && tick.getTime() < before) return before - back;
  }
  return from;
}
