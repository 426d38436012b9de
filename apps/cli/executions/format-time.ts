/** `2026-11-22 17:05:09` on the reader's clock. */
export function formatInstant(instant: string | undefined): string {
  if (instant === undefined) return "";
  const date = new Date(instant);
  return `${localDate(date)} ${localTime(date)}`;
}

/** `17:05:09.123` on the reader's clock. */
export function formatClock(instant: string): string {
  const date = new Date(instant);
  return `${localTime(date)}.${pad(date.getMilliseconds(), 3)}`;
}

export function formatDuration(ms: number | undefined): string {
  if (ms === undefined) return "";
  if (ms < 1000) return `${ms} ms`;
  return ms < 60_000
    ? `${(ms / 1000).toFixed(1)} s`
    : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

function localDate(date: Date): string {
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

function localTime(date: Date): string {
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

function pad(value: number, digits = 2): string {
  return String(value).padStart(digits, "0");
}
