import { reapRuns } from "../domain/deliveries/reap-runs.ts";
import type { RefusedRecorder } from "../domain/deliveries/record-refused.ts";
import { ForgottenRuns, type RunsInHand } from "../domain/executions/runs-in-hand.ts";
import {
  endLease,
  forgetDeadServers,
  LEASE_SECONDS,
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
/** A renewal that is not through by then is tried again through another connection, well within the lease. */
const RENEWAL_MS_MAX = 1_500;
/** Runs that nobody has wait no longer for a connection that leads nowhere. */
const LOOK_MS_MAX = 10_000;
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

/**
 * Renews this server's lease each second, and takes up what servers without one have left, or what it has itself. Each of
 * the two has a connection of its own: a renewal that waited, for the pool or for a look, would lose all runs in hand.
 */
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
  bells: Pick<Bells, "executionChanged">;
  report(error: unknown): void;
}): Promise<LeaseKeeper> {
  const renewals = database.beside({ connectionsMax: 1, queryMsMax: RENEWAL_MS_MAX });
  const looks = database.beside({ connectionsMax: 1, queryMsMax: LOOK_MS_MAX });
  let heldUntil = Number.NEGATIVE_INFINITY;
  const renew = async () => {
    // From before it is asked for: the answer may be long on its way.
    const askedAt = performance.now();
    await renewLease(renewals, serverId, { unknownWebhooks: refused.unknown });
    heldUntil = askedAt + LEASE_SECONDS * 1_000;
  };
  await renew();
  await forgetDeadServers(database);
  await forgetJobsOfDeadServers(database);
  const forgotten = new ForgottenRuns(runs);
  let lookedAt = performance.now();
  const tell = (reaped: NamedExecution[]) => {
    for (const { namespaceId, id } of reaped) bells.executionChanged(namespaceId, id);
    if (reaped.length > 0) wakeQueue();
  };
  const look = async () => {
    tell(await reapRuns(looks, (transaction) => reapOrphans(transaction, ORPHANED)));
    if (performance.now() - lookedAt < FORGOTTEN_EVERY_MS) return;
    lookedAt = performance.now();
    const lost = { serverId, error: FORGOTTEN, runs: await forgotten.find(looks, serverId) };
    if (lost.runs.length > 0) tell(await reapRuns(looks, (transaction) => reapForgotten(transaction, lost)));
  };
  const renewing = repeat(() => jobStates.track("renew-lease", renew), report);
  const looking = repeat(() => jobStates.track("take-up-runs", look), report);
  return {
    isHeld: () => performance.now() < heldUntil,
    stop: async () => {
      await Promise.all([renewing.stop(), looking.stop()]);
      await endLease(database, serverId);
      await Promise.all([renewals.close(), looks.close()]);
    },
  };
}

/** Each second, counted from the end of the last time. */
function repeat(work: () => Promise<void>, report: (error: unknown) => void): { stop(): Promise<void> } {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let turn = Promise.resolve();
  const beat = async () => {
    await work().catch(report);
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
    },
  };
}
