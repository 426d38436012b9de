import { PRUNE_LOCK, type PruneContext, pruneLedger } from "../domain/deliveries/retention/prune-ledger.ts";
import { repeatAlone } from "./repeat-alone.ts";

const EVERY_MS = 60_000;

/** Prunes the ledger each minute. */
export function keepLedgerBounded(
  context: PruneContext & { report(error: unknown): void },
  { everyMs = EVERY_MS }: { everyMs?: number } = {},
): { stop(): Promise<void> } {
  const { database, report } = context;
  const work = (signal: AbortSignal) => pruneLedger(context, signal);
  return repeatAlone({ database, everyMs, lock: PRUNE_LOCK, work, report });
}
