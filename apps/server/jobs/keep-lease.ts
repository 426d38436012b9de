import { reapRuns } from "../domain/deliveries/reap-runs.ts";
import { forgetOldTicks } from "../domain/executions/record-tick.ts";
import { ForgottenRuns, type RunsInHand } from "../domain/executions/runs-in-hand.ts";
import {
  endLease,
  forgetDeadServers,
  type NamedExecution,
  reapForgotten,
  reapOrphans,
  renewLease,
} from "../domain/executions/store.ts";
import type { JobStates } from "../domain/job-states/job-states.ts";
import { forgetJobsOfDeadServers } from "../domain/job-states/store.ts";
import type { Bells } from "../domain/live/namespace-bells.ts";
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
  bells,
  report,
}: {
  database: Database;
  serverId: string;
  runs: RunsInHand;
  jobStates: JobStates;
  wakeQueue(): void;
  bells: Bells;
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
  const tell = (reaped: NamedExecution[]) => {
    for (const { namespaceId, id } of reaped) bells.executionChanged(namespaceId, id);
    if (reaped.length > 0) wakeQueue();
  };
  const work = async () => {
    await renewLease(database, serverId);
    tell(await reapRuns(database, (transaction) => reapOrphans(transaction, ORPHANED)));
    if (performance.now() - lookedAt < FORGOTTEN_EVERY_MS) return;
    lookedAt = performance.now();
    const lost = { serverId, error: FORGOTTEN, runs: await forgotten.find(database, serverId) };
    if (lost.runs.length > 0)
      tell(await reapRuns(database, (transaction) => reapForgotten(transaction, lost)));
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
