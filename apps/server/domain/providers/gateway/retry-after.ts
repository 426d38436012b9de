import type { OutsideAnswer } from "../../../platform/outside/request-outside.ts";

/** What these say was not carried out: asking again is safe, whatever was asked. GitHub says 403 for its secondary limits. */
const NOT_DONE: ReadonlySet<number> = new Set([403, 429]);
const UNAVAILABLE = 503;
const REPEATABLE: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]);

/** Milliseconds that the vendor asks us to wait before asking again (RFC 9110, 10.2.3); undefined when it does not, or asking again might do twice. */
export function retryAfterMs(
  method: string,
  { status, headers }: Pick<OutsideAnswer, "status" | "headers">,
  nowMs: number,
): number | undefined {
  const isSafe = NOT_DONE.has(status) || (status === UNAVAILABLE && REPEATABLE.has(method));
  const value = headers.find(([name]) => name === "retry-after")?.[1];
  if (!isSafe || value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
