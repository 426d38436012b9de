import { setTimeout as delay } from "node:timers/promises";
import { FlowwError } from "@floww/contract/errors";

const RETRY_MS = 250;
/** Longer than any restart of a database; after that it is left to a person. */
const RETRY_MS_MAX = 10 * 60_000;

/** For work that must not be given up because the database is away for a moment: tries again until it is back. */
export async function outlastOutage<T>(
  work: () => Promise<T>,
  { retryMs = RETRY_MS }: { retryMs?: number } = {},
): Promise<T> {
  const until = Date.now() + RETRY_MS_MAX;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseAway(error) || Date.now() > until) throw error;
      await delay(retryMs);
    }
  }
}

const OURS: ReadonlySet<string> = new Set(["DATABASE_UNAVAILABLE", "QUEUE_FULL"]);
/** SQLSTATE classes: 08 connection, 53 resources, 57P shutdown, crash, start-up. */
const AWAY = /^(08[0-9A-Z]{3}|53[0-9A-Z]{3}|57P0[1-5])$/;
const BROKEN = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"]);
/** What the driver says without a code. */
const SAID =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|Query read timeout)/;

/** Whether it is about the way to the database, and not about what was asked of it. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof FlowwError) return OURS.has(error.code);
  const { code, message, syscall } = error as { code?: unknown; message?: unknown; syscall?: unknown };
  if (typeof code !== "string") return typeof message === "string" && SAID.test(message);
  // A socket's file is missing while its server is.
  return AWAY.test(code) || BROKEN.has(code) || (code === "ENOENT" && syscall === "connect");
}
