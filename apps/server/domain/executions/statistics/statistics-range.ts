import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import { ceilTo, DAY, floorTo, HOUR, WINDOW } from "./windows.ts";

const MINUTE = 60;
const SECOND_MS = 1000;
const MINUTE_MS = MINUTE * SECOND_MS;
const HOUR_MS = HOUR * SECOND_MS;
const DAY_MS = DAY * SECOND_MS;
/** By minutes is counted on the spot, and small windows are only kept for days. */
const MINUTES_UP_TO_MS = HOUR_MS;
const WINDOWS_UP_TO_MS = DAY_MS;
const WINDOWS_FROM_MS = 2 * DAY_MS;
const HOURS_UP_TO_MS = 8 * DAY_MS;

export interface StatisticsRange {
  /** Where the first bucket begins. */
  fromMs: number;
  /** Where the last one ends. */
  toMs: number;
  bucketSeconds: number;
}

/** Whole buckets around what was asked for; the last 24 hours, where nothing was. @throws FlowwError INPUT_INVALID */
export function statisticsRange(
  given: { from?: string | undefined; to?: string | undefined },
  nowMs: number,
): StatisticsRange {
  const to = given.to === undefined ? nowMs : Date.parse(given.to);
  const from = given.from === undefined ? to - DAY_MS : Date.parse(given.from);
  if (from >= to) throw new FlowwError("INPUT_INVALID", "query.from: must be before `to`.");
  if (to - from > limits.statisticsDaysMax * DAY_MS)
    throw new FlowwError(
      "INPUT_INVALID",
      `query.from: at most ${limits.statisticsDaysMax} days before \`to\` can be asked for.`,
    );
  const bucketSeconds = bucketOf({ from, to, nowMs });
  return { fromMs: floorTo(bucketSeconds, from), toMs: ceilTo(bucketSeconds, to), bucketSeconds };
}

function bucketOf({ from, to, nowMs }: { from: number; to: number; nowMs: number }): number {
  const ms = to - from;
  if (ms <= MINUTES_UP_TO_MS + MINUTE_MS) return MINUTE;
  if (ms <= WINDOWS_UP_TO_MS + MINUTE_MS && from >= nowMs - WINDOWS_FROM_MS) return WINDOW;
  return ms <= HOURS_UP_TO_MS ? HOUR : DAY;
}
