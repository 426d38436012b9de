import { readNow } from "../domain/deliveries/retention/store.ts";
import { COUNT_LOCK, keepCounts } from "../domain/executions/statistics/keep-counts.ts";
import type { Database } from "../platform/db/database.ts";
import { repeatAlone } from "./repeat-alone.ts";

const EVERY_MS = 60_000;

/** Counts ahead what statistics are read from, each minute. */
export function keepStatistics(
  database: Database,
  report: (error: unknown) => void,
  { everyMs = EVERY_MS }: { everyMs?: number } = {},
): { stop(): Promise<void> } {
  const work = async (signal: AbortSignal) =>
    keepCounts(database, { signal, nowMs: await readNow(database) });
  return repeatAlone({ database, everyMs, isAtStart: true, lock: COUNT_LOCK, work, report });
}
