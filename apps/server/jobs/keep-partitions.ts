import type { JobStates } from "../domain/job-states/job-states.ts";
import type { Database } from "../platform/db/database.ts";
import { ensureDayPartitions } from "../platform/db/day-partitions.ts";

const EVERY_MS = 60 * 60 * 1000;

/** Partitions are made a week ahead, so a failing hour costs nothing. */
export function keepPartitions(
  { database, jobStates, report }: { database: Database; jobStates: JobStates; report(error: unknown): void },
  tables: readonly string[],
): { stop(): void } {
  const work = () => ensureDayPartitions(database, tables, Date.now());
  const timer = setInterval(() => {
    jobStates.track("make-partitions", work).catch(report);
  }, EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
