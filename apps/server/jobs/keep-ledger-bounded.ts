import { PRUNE_LOCK, type PruneContext, pruneLedger } from "../domain/deliveries/retention/prune-ledger.ts";
import type { JobStates } from "../domain/job-states/job-states.ts";
import { repeatAlone } from "./repeat-alone.ts";

const EVERY_MS = 60_000;

/** Prunes the ledger each minute. */
export function keepLedgerBounded(
  context: PruneContext & { jobStates: JobStates; report(error: unknown): void },
  { everyMs = EVERY_MS }: { everyMs?: number } = {},
): { stop(): Promise<void> } {
  const { database, jobStates, report } = context;
  const work = (signal: AbortSignal) => pruneLedger(context, signal);
  return repeatAlone({ name: "prune-ledger", jobStates, database, everyMs, lock: PRUNE_LOCK, work, report });
}
