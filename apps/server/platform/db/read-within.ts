import { FlowwError } from "@floww/contract/errors";
import type { Database, Queryable } from "./database.ts";

const CANCELED = "57014";

/**
 * Of a transaction that reads few of many rows, each through the index that was made for it. A planner that counts pages
 * hopes to meet them on the way through all rows of a day, by the primary key or from end to end, and where there are none
 * goes over every one of them. Compiling a plan over many partitions takes longer than running it.
 */
export const BY_INDEX = `set local random_page_cost = 0.01; set local seq_page_cost = 0.01; set local enable_seqscan = off;
  set local enable_hashjoin = off; set local enable_mergejoin = off; set local jit = off`;

/**
 * Reads in one view of the database, each statement for so long at most: what a person asks for must not hold up what runs.
 * @throws FlowwError QUERY_TOO_SLOW
 */
export async function readWithin<T>(
  database: Database,
  statementMsMax: number,
  work: (transaction: Queryable) => Promise<T>,
): Promise<T> {
  try {
    return await database.transaction(async (transaction) => {
      await transaction.query(
        `set transaction isolation level repeatable read, read only; set local statement_timeout = ${statementMsMax}; ${BY_INDEX}`,
      );
      return work(transaction);
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== CANCELED) throw error;
    throw new FlowwError("QUERY_TOO_SLOW", `The database took longer than ${statementMsMax / 1000} s.`, {
      cause: error,
    });
  }
}
