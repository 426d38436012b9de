const HOUR_MS = 60 * 60 * 1000;

/** How far back a list or a chart looks. */
export const timeRanges = [
  { value: "1h", label: "Last hour", ms: HOUR_MS },
  { value: "24h", label: "Last 24 hours", ms: 24 * HOUR_MS },
  { value: "7d", label: "Last 7 days", ms: 7 * 24 * HOUR_MS },
  { value: "30d", label: "Last 30 days", ms: 30 * 24 * HOUR_MS },
] as const;

export type TimeRange = (typeof timeRanges)[number]["value"];

export function isTimeRange(value: unknown): value is TimeRange {
  return timeRanges.some((range) => range.value === value);
}

/** Down to a minute, so that asking again asks for the same. */
export function startOf(range: TimeRange, nowMs: number): string {
  const { ms } = timeRanges.find(({ value }) => value === range)!;
  const minute = 60_000;
  return new Date(Math.floor((nowMs - ms) / minute) * minute).toISOString();
}
