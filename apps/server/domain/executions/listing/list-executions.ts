import type { Database, Queryable } from "../../../platform/db/database.ts";
import { readWithin } from "../../../platform/db/read-within.ts";
import { type Execution, listExecutionsById } from "../store.ts";
import type { ExecutionFilter } from "./execution-filter.ts";
import { matchingSql } from "./matching.ts";

/** Two hundredths of it are what it should take. */
export const LIST_MS_MAX = 10_000;

/** Newest first. Names are looked up for those that are shown, and no others. @throws FlowwError QUERY_TOO_SLOW */
export function listExecutions(
  database: Database,
  filter: ExecutionFilter,
  page: { beforeId: string | undefined; limit: number },
): Promise<Execution[]> {
  return readWithin(database, LIST_MS_MAX, async (transaction) =>
    listInOrder(transaction, await listMatchingIds(transaction, filter, page)),
  );
}

/** Newest first. */
export async function listMatchingIds(
  database: Queryable,
  filter: ExecutionFilter,
  { beforeId, limit }: { beforeId?: string | undefined; limit: number },
): Promise<string[]> {
  const { text, values } = matchingSql(filter, { columns: "e.id", order: "desc", limit, afterId: beforeId });
  const found = await database.query<{ id: string }>(text, values);
  return found.rows.map(({ id }) => id);
}

export async function listInOrder(database: Queryable, ids: readonly string[]): Promise<Execution[]> {
  const rows = new Map((await listExecutionsById(database, ids)).map((row) => [row.id, row]));
  return ids.flatMap((id) => rows.get(id) ?? []);
}
