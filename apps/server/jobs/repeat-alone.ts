import type { JobStates } from "../domain/job-states/job-states.ts";
import type { Database } from "../platform/db/database.ts";

export interface AloneJob {
  /** What administrators read, such as `prune-ledger`. */
  name: string;
  database: Database;
  jobStates: JobStates;
  everyMs: number;
  /** The first time at once: a start is what follows an outage. */
  isAtStart?: boolean;
  /** An arbitrary constant of the job's own: one server at a time, so that two do not do the same work. */
  lock: number;
  work(signal: AbortSignal): Promise<void>;
  report(error: unknown): void;
}

/** Does the work every so often, by whichever server gets to it, and never twice at once. */
export function repeatAlone({
  name,
  database,
  jobStates,
  everyMs,
  isAtStart = false,
  lock,
  work,
  report,
}: AloneJob): {
  stop(): Promise<void>;
} {
  const stopping = new AbortController();
  let turn = Promise.resolve();
  let isWorking = false;
  const workOnce = async () => {
    if (stopping.signal.aborted) return;
    isWorking = true;
    try {
      const tracked = () => jobStates.track(name, () => work(stopping.signal), { isAlone: true });
      await workAlone(database, lock, tracked);
    } catch (error) {
      report(error);
    } finally {
      isWorking = false;
    }
  };
  const timer = setInterval(() => {
    if (!isWorking) turn = workOnce();
  }, everyMs);
  timer.unref();
  if (isAtStart) turn = workOnce();
  return {
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await turn;
    },
  };
}

/** The lock lies on a connection, and goes with it. */
async function workAlone(database: Database, lock: number, work: () => Promise<void>): Promise<void> {
  const client = await database.connect();
  try {
    const locked = await client.query<{ isOurs: boolean }>('select pg_try_advisory_lock($1) as "isOurs"', [
      lock,
    ]);
    if (locked.rows[0]?.isOurs === true) await work();
  } finally {
    await client.end();
  }
}
