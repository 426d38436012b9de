const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `12 ms`, `3.4 s`, `2 min 5 s`, `1 h 12 min`. */
export function formatDuration(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.round(ms / SECOND)} s`;
  if (ms < HOUR) return joined([Math.floor(ms / MINUTE), "min"], [Math.round((ms % MINUTE) / SECOND), "s"]);
  if (ms < DAY) return joined([Math.floor(ms / HOUR), "h"], [Math.round((ms % HOUR) / MINUTE), "min"]);
  return joined([Math.floor(ms / DAY), "d"], [Math.round((ms % DAY) / HOUR), "h"]);
}

function joined(...parts: [number, string][]): string {
  return parts
    .filter(([amount], index) => index === 0 || amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(" ");
}

/** `just now`, `12 s ago`, `in 3 min`, `2 d ago`. */
export function formatAgo(at: string, nowMs: number): string {
  const ms = nowMs - Date.parse(at);
  const [amount, unit] = largestUnit(Math.abs(ms));
  if (amount === 0) return "just now";
  return ms >= 0 ? `${amount} ${unit} ago` : `in ${amount} ${unit}`;
}

function largestUnit(ms: number): [number, string] {
  if (ms < MINUTE) return [Math.floor(ms / SECOND), "s"];
  if (ms < HOUR) return [Math.floor(ms / MINUTE), "min"];
  if (ms < DAY) return [Math.floor(ms / HOUR), "h"];
  return [Math.floor(ms / DAY), "d"];
}

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** In the reader's language and time zone. */
export function formatInstant(at: string): string {
  return exact.format(new Date(at));
}

const grouped = new Intl.NumberFormat(undefined);

export function formatCount(count: number): string {
  return grouped.format(count);
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log(bytes) / Math.log(1024)), UNITS.length - 1);
  const amount = bytes / 1024 ** power;
  return `${amount < 10 && power > 0 ? amount.toFixed(1) : Math.round(amount)} ${UNITS[power]}`;
}
