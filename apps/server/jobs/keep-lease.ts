import type { RefusedRecorder } from "../domain/deliveries/record-refused.ts";
import { forgetOldTicks } from "../domain/executions/record-tick.ts";
import { ForgottenRuns, type RunsInHand } from "../domain/executions/runs-in-hand.ts";
import {
  endLease,
  forgetDeadServers,
  LEASE_SECONDS,
  type NamedExecution,
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
  /** False when it was not renewed in time: others may have taken up what this server has in hand. */
  isHeld(): boolean;
  stop(): Promise<void>;
}

/** Renews this server's lease each second and takes up what servers without one have left, or what it has itself. */
export async function keepLease({
  database,
  serverId,
  runs,
  refused,
  jobStates,
  wakeQueue,
  bells,
  report,
}: {
  database: Database;
  serverId: string;
  runs: RunsInHand;
  refused: Pick<RefusedRecorder, "unknown">;
  jobStates: JobStates;
  wakeQueue(): void;
  bells: Bells;
  report(error: unknown): void;
}): Promise<LeaseKeeper> {
  let heldUntil = Number.NEGATIVE_INFINITY;
  const renew = async () => {
    // From before it is asked for: the answer may be long on its way.
    const askedAt = performance.now();
    await renewLease(database, serverId, { unknownWebhooks: refused.unknown });
    heldUntil = askedAt + LEASE_SECONDS * 1_000;
  };
  await renew();
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
    await renew();
    tell(await reapOrphans(database, ORPHANED));
    if (performance.now() - lookedAt < FORGOTTEN_EVERY_MS) return;
    lookedAt = performance.now();
    tell(await forgotten.giveBack(database, { serverId, error: FORGOTTEN }));
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
    isHeld: () => performance.now() < heldUntil,
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await turn;
      await endLease(database, serverId);
    },
  };
}
