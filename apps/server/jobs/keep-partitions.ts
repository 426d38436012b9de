import type { Database } from "../platform/db/database.ts";
import { ensureDayPartitions } from "../platform/db/day-partitions.ts";

const EVERY_MS = 60 * 60 * 1000;

/** Partitions are made a week ahead, so a failing hour costs nothing. */
export function keepPartitions(database: Database, tables: readonly string[]): { stop(): void } {
  const timer = setInterval(() => {
    ensureDayPartitions(database, tables, Date.now()).catch(() => undefined);
  }, EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
