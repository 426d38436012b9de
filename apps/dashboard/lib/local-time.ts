const MINUTE_MS = 60_000;

/** An instant as `<input type=datetime-local>` has it, in the reader's time zone: `2026-03-01T14:05:00`. */
export function formatLocal(at: string): string {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 19);
}

/** The instant that such a field says; undefined while it says none. */
export function readLocal(value: string): string | undefined {
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
