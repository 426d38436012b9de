import { limits } from "@floww/contract/limits";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { CANCELLED } from "./cancel-execution.ts";
import { cancelTree } from "./cancel-tree.ts";
import type { ExecutionFilter } from "./listing/execution-filter.ts";
import { listInOrder } from "./listing/list-executions.ts";
import { countingSql, matchingSql } from "./listing/matching.ts";
import { type Execution, notInBatch } from "./store.ts";

const SAMPLE = 10;
/** An event of a batch ends with it, and not by itself. */
const UNFINISHED = { isUnfinished: true, and: [notInBatch("e")] } as const;

/** What a cancel of many would end, beside what that has invoked: how many, and the oldest. */
export async function previewCancel(
  database: Queryable,
  filter: ExecutionFilter,
): Promise<{ total: number; sample: Execution[] }> {
  const { text, values } = countingSql(filter, UNFINISHED);
  const counted = await database.query<{ count: number }>(text, values);
  const sample = await listInOrder(database, await listUnfinished(database, filter, SAMPLE));
  return { total: counted.rows[0]!.count, sample };
}

/** Ends the oldest that fit, with what they invoked. */
export async function cancelMany(
  { database, wakeQueue }: { database: Database; wakeQueue(): void },
  filter: ExecutionFilter,
  { limit = limits.cancelledAtOnceMax }: { limit?: number } = {},
): Promise<{ cancelled: number; hasMore: boolean }> {
  const found = await listUnfinished(database, filter, limit + 1);
  const ids = found.slice(0, limit);
  const cancel = { namespaceId: filter.namespaceId, ids, error: CANCELLED };
  const cancelled = await database.transaction((transaction) => cancelTree(transaction, cancel));
  // Who invoked them may wait for their end.
  if (cancelled > 0) wakeQueue();
  return { cancelled, hasMore: found.length > limit };
}

async function listUnfinished(
  database: Queryable,
  filter: ExecutionFilter,
  limit: number,
): Promise<string[]> {
  const { text, values } = matchingSql(filter, { ...UNFINISHED, columns: "e.id", order: "asc", limit });
  const found = await database.query<{ id: string }>(text, values);
  return found.rows.map(({ id }) => id);
}
