import { setTimeout as delay } from "node:timers/promises";
import { FlowwError } from "@floww/contract/errors";
import type { ExecutionLedger } from "./execution-ledger.ts";

const RETRY_MS = 250;
/** Longer than any restart of a database; after that the run is left to a person. */
const RETRY_MS_MAX = 10 * 60_000;

export interface EndRows {
  /** The execution's. */
  id: string;
  /** With either a `finished` or a `requeued` row. */
  rows: Parameters<ExecutionLedger["commit"]>[0];
}

/**
 * Commits the end of a start, and tries again while the database is away: while this server's lease lives nobody else may
 * end the run, so an end that is given up would leave it started for ever. The same end may be committed twice (its first
 * answer may have got lost). False when the run is somebody else's now.
 */
export async function commitEnd(
  ledger: ExecutionLedger,
  { id, rows }: EndRows,
  { retryMs = RETRY_MS }: { retryMs?: number } = {},
): Promise<boolean> {
  const until = Date.now() + RETRY_MS_MAX;
  for (;;) {
    try {
      const done = await ledger.commit(rows);
      return done.has("finished", id) || done.has("requeued", id);
    } catch (error) {
      const isAway = error instanceof FlowwError && AWAY.has(error.code);
      if (!isAway || Date.now() > until) throw error;
      await delay(retryMs);
    }
  }
}

const AWAY: ReadonlySet<string> = new Set(["DATABASE_UNAVAILABLE", "QUEUE_FULL"]);
