import { forgetOldTicks } from "../domain/executions/record-tick.ts";
import { ForgottenRuns, type RunsInHand } from "../domain/executions/runs-in-hand.ts";
import { endLease, forgetDeadServers, reapOrphans, renewLease } from "../domain/executions/store.ts";
import type { JobStates } from "../domain/job-states/job-states.ts";
import { forgetJobsOfDeadServers } from "../domain/job-states/store.ts";
import type { Database } from "../platform/db/database.ts";

const EVERY_MS = 1_000;
/** Between two looks a run that was committed has long been begun. */
const FORGOTTEN_EVERY_MS = 5_000;

const ORPHANED = Buffer.from(
  JSON.stringify({
    code: "INTERRUPTED",
    name: "FlowwError",
    message: "The server that ran this ended before it did.",
  }),
);

const FORGOTTEN = Buffer.from(
  JSON.stringify({
    code: "INTERRUPTED",
    name: "FlowwError",
    message: "The server did not learn that this was its to run.",
  }),
);

export interface LeaseKeeper {
  stop(): Promise<void>;
}

/** Renews this server's lease each second and takes up what servers without one have left, or what it has itself. */
export async function keepLease({
  database,
  serverId,
  runs,
  jobStates,
  wakeQueue,
  report,
}: {
  database: Database;
  serverId: string;
  runs: RunsInHand;
  jobStates: JobStates;
  wakeQueue(): void;
  report(error: unknown): void;
}): Promise<LeaseKeeper> {
  await renewLease(database, serverId);
  await forgetDeadServers(database);
  await forgetJobsOfDeadServers(database);
  await forgetOldTicks(database);
  const forgotten = new ForgottenRuns(runs);
  let lookedAt = performance.now();
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let turn = Promise.resolve();
  const work = async () => {
    await renewLease(database, serverId);
    if ((await reapOrphans(database, ORPHANED)) > 0) wakeQueue();
    if (performance.now() - lookedAt < FORGOTTEN_EVERY_MS) return;
    lookedAt = performance.now();
    if ((await forgotten.giveBack(database, { serverId, error: FORGOTTEN })) > 0) wakeQueue();
  };
  const beat = async () => {
    await jobStates.track("renew-lease", work).catch(report);
    if (!isStopped) timer = setTimeout(next, EVERY_MS);
  };
  const next = () => {
    turn = beat();
  };
  next();
  return {
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await turn;
      await endLease(database, serverId);
    },
  };
}
