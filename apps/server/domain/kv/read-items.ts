import { afterPrefix, checkKvKey, type KvKey, type KvRange } from "@floww/contract/host-calls";
import { limits } from "@floww/contract/limits";
import type { Queryable } from "../../platform/db/database.ts";
import { allowRead, type KvCaller } from "./permissions.ts";
import { findItem, type KvRow, listItems, listKeys } from "./store.ts";

export async function getItem(database: Queryable, caller: KvCaller, key: KvKey): Promise<KvRow | undefined> {
  checkKvKey(key.key);
  await allowRead(database, caller, key);
  return findItem(database, caller.namespaceId, key);
}

export async function pageItems(
  database: Queryable,
  caller: KvCaller,
  range: KvRange,
): Promise<{ rows: KvRow[]; hasMore: boolean }> {
  await allowRead(database, caller, range);
  return listItems(database, caller.namespaceId, { ...bounds(range), bytesMax: limits.kvPageBytesMax });
}

export async function pageKeys(
  database: Queryable,
  caller: KvCaller,
  range: KvRange,
): Promise<{ keys: string[]; hasMore: boolean }> {
  await allowRead(database, caller, range);
  return listKeys(database, caller.namespaceId, bounds(range));
}

function bounds(range: KvRange) {
  const { prefix = "", after = "", limit = limits.kvPageSizeMax } = range;
  if (prefix !== "") checkKvKey(prefix);
  if (after !== "") checkKvKey(after);
  const before = prefix === "" ? undefined : afterPrefix(prefix);
  return { table: range, from: prefix, after, before, limit: Math.min(limit, limits.kvPageSizeMax) };
}
