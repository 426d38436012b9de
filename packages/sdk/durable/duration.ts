import { FlowwError } from "@floww/contract/errors";

type Unit = "ms" | "s" | "m" | "h" | "d" | "w";

/** Milliseconds, or `"500ms"`, `"10s"`, `"5m"`, `"1.5h"`, `"7d"`, `"2w"`. */
export type Duration = number | `${number}${Unit}`;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MS: Record<Unit, number> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

/** @throws FlowwError VALUE_INVALID */
export function durationMs(duration: Duration, what = "The duration"): number {
  const ms = typeof duration === "number" ? duration : parse(duration);
  if (Number.isFinite(ms) && ms >= 0) return Math.round(ms);
  throw new FlowwError("VALUE_INVALID", `${what} ${JSON.stringify(duration)} is none.`, {
    fix: 'Give milliseconds, or a number with its unit: "500ms", "10s", "5m", "1.5h", "7d", "2w".',
  });
}

function parse(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text);
  return match === null ? Number.NaN : Number(match[1]) * MS[match[2] as Unit];
}
