import { readNow } from "../domain/deliveries/retention/store.ts";
import { COUNT_LOCK, keepCounts } from "../domain/executions/statistics/keep-counts.ts";
import type { JobStates } from "../domain/job-states/job-states.ts";
import type { Database } from "../platform/db/database.ts";
import { repeatAlone } from "./repeat-alone.ts";

const EVERY_MS = 60_000;

/** Counts ahead what statistics are read from, each minute. */
export function keepStatistics({
  database,
  jobStates,
  report,
}: {
  database: Database;
  jobStates: JobStates;
  report(error: unknown): void;
}): { stop(): Promise<void> } {
  const work = async (signal: AbortSignal) =>
    keepCounts(database, { signal, nowMs: await readNow(database) });
  return repeatAlone({
    ...{ name: "count-executions", database, jobStates, report },
    ...{ everyMs: EVERY_MS, isAtStart: true, lock: COUNT_LOCK, work },
  });
}
