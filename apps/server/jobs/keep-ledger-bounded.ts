import { type PruneContext, pruneLedger } from "../domain/deliveries/retention/prune-ledger.ts";

const EVERY_MS = 60_000;
/** An arbitrary constant: one server at a time, so that two do not do the same work. */
const PRUNE_LOCK = 7_203_412;

/** Prunes the ledger each minute, by whichever server gets to it. */
export function keepLedgerBounded(
  context: PruneContext & { report(error: unknown): void },
  { everyMs = EVERY_MS }: { everyMs?: number } = {},
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let turn = Promise.resolve();
  let isPruning = false;
  const prune = async () => {
    if (isPruning || stopping.signal.aborted) return;
    isPruning = true;
    try {
      await pruneAlone(context, stopping.signal);
    } catch (error) {
      context.report(error);
    } finally {
      isPruning = false;
    }
  };
  const timer = setInterval(() => {
    if (!isPruning) turn = prune();
  }, everyMs);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await turn;
    },
  };
}

/** The lock lies on a connection, and goes with it. */
async function pruneAlone(context: PruneContext, signal: AbortSignal): Promise<void> {
  const client = await context.database.connect();
  try {
    const locked = await client.query<{ isOurs: boolean }>('select pg_try_advisory_lock($1) as "isOurs"', [
      PRUNE_LOCK,
    ]);
    if (locked.rows[0]?.isOurs === true) await pruneLedger(context, signal);
  } finally {
    await client.end();
  }
}
