const MINUTE = 60;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** The smallest window that is counted ahead, in seconds. */
export const WINDOW = 5 * MINUTE;
/** The sizes of windows, each a multiple of the next one. */
const SIZES = [DAY, HOUR, WINDOW] as const;

/** The sum for a namespace stands where a workflow's would. */
export const ALL_WORKFLOWS = "00000000-0000-0000-0000-000000000000";

const SECOND_MS = 1000;

export function floorTo(seconds: number, ms: number): number {
  const size = seconds * SECOND_MS;
  return Math.floor(ms / size) * size;
}

export function ceilTo(seconds: number, ms: number): number {
  return -floorTo(seconds, -ms) || 0;
}

export interface Part {
  /** The size of its windows. */
  seconds: number;
  fromMs: number;
  toMs: number;
}

/** A range put together from as few windows as possible, none larger than `secondsMax`; the range begins and ends with windows. */
export function coverRange({ fromMs, toMs }: { fromMs: number; toMs: number }, secondsMax: number): Part[] {
  const parts: Part[] = [];
  let at = fromMs;
  while (at < toMs) {
    const seconds = SIZES.find(
      (size) => size <= secondsMax && at % (size * SECOND_MS) === 0 && at + size * SECOND_MS <= toMs,
    );
    if (seconds === undefined) throw new RangeError("the range does not begin and end with windows");
    const endMs = at + seconds * SECOND_MS;
    const last = parts.at(-1);
    if (last?.seconds === seconds) last.toMs = endMs;
    else parts.push({ seconds, fromMs: at, toMs: endMs });
    at = endMs;
  }
  return parts;
}
