/** One log line from what was passed to a logger; like `console`, but an object is JSON, so that it can be searched. */
export function formatLog(values: unknown[]): string {
  return values.map(formatValue).join(" ");
}

function formatValue(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return value.stack ?? String(value);
  if (typeof value === "object" && value !== null) {
    try {
      return JSON.stringify(value) ?? String(value);
    } catch {
      // Circular, or a toJSON that throws: a log line must never break the handler.
      return Object.prototype.toString.call(value);
    }
  }
  return String(value);
}
