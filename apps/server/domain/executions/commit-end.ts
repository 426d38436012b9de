import { outlastOutage } from "../../platform/db/outlast-outage.ts";
import type { ExecutionLedger } from "./execution-ledger.ts";

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
  options: { retryMs?: number } = {},
): Promise<boolean> {
  const done = await outlastOutage(() => ledger.commit(rows), options);
  return done.has("finished", id) || done.has("requeued", id);
}
