import { FlowwError } from "@floww/contract/errors";
import {
  checkKvKey,
  checkKvValue,
  incrementKvValue,
  type KvBatchOperation,
  type KvBatchResult,
  type KvKey,
} from "@floww/contract/host-calls";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { allowWrite, type KvCaller } from "./permissions.ts";
import { changeValue, type ItemWrite, lockItem, removeItem, writeItem } from "./store.ts";

/** The new version; undefined when `write.version` asks for another than the one found. */
export async function setItem(
  database: Queryable,
  caller: KvCaller,
  { key, write }: { key: KvKey; write: ItemWrite },
): Promise<number | undefined> {
  checkKvKey(key.key);
  checkKvValue(write.value);
  await allowWrite(database, caller, key);
  return writeItem(database, caller.namespaceId, { key, write });
}

export async function deleteItem(
  database: Queryable,
  caller: KvCaller,
  { key, version }: { key: KvKey; version?: number | undefined },
): Promise<boolean> {
  checkKvKey(key.key);
  await allowWrite(database, caller, key);
  return removeItem(database, caller.namespaceId, { key, version });
}

export interface Increment {
  key: KvKey;
  by: number;
  /** For an item that this makes; one that is there keeps its own. */
  ttlMs?: number | undefined;
}

/** @throws FlowwError VALUE_NOT_NUMBER */
export async function incrementItem(
  database: Database,
  caller: KvCaller,
  increment: Increment,
): Promise<{ value: number; version: number }> {
  checkKvKey(increment.key.key);
  await allowWrite(database, caller, increment.key);
  return database.transaction((transaction) => incrementLocked(transaction, caller.namespaceId, increment));
}

/**
 * All or nothing, in the order given for each key. Different keys are written in one fixed order, so that two batches
 * never wait for each other in a circle. @throws FlowwError KV_CONFLICT
 */
export async function writeBatch(
  database: Database,
  caller: KvCaller,
  { store, operations }: { store: string; operations: readonly KvBatchOperation[] },
): Promise<KvBatchResult[]> {
  for (const operation of operations) {
    checkKvKey(operation.key);
    if (operation.op === "set") checkKvValue(operation.value);
  }
  for (const table of new Set(operations.map((operation) => operation.table)))
    await allowWrite(database, caller, { store, table });
  const results: KvBatchResult[] = [];
  await database.transaction(async (transaction) => {
    for (const index of inLockOrder(operations)) {
      const operation = operations[index]!;
      const key = { store, table: operation.table, key: operation.key };
      results[index] = await applyOne(transaction, caller.namespaceId, { key, operation });
    }
  });
  return results;
}

function inLockOrder(operations: readonly KvBatchOperation[]): number[] {
  const name = ({ table, key }: KvBatchOperation) => JSON.stringify([table, key]);
  const names = operations.map(name);
  return [...operations.keys()].sort((a, b) => {
    if (names[a] === names[b]) return a - b;
    return names[a]! < names[b]! ? -1 : 1;
  });
}

async function applyOne(
  transaction: Queryable,
  namespaceId: string,
  { key, operation }: { key: KvKey; operation: KvBatchOperation },
): Promise<KvBatchResult> {
  if (operation.op === "increment") {
    const { by, ttlMs } = operation;
    return incrementLocked(transaction, namespaceId, { key, by, ttlMs });
  }
  if (operation.op === "delete") {
    const deleted = await removeItem(transaction, namespaceId, { key, version: operation.version });
    if (!deleted && operation.version !== undefined) throw conflict(key);
    return { deleted };
  }
  const version = await writeItem(transaction, namespaceId, { key, write: operation });
  if (version === undefined) throw conflict(key);
  return { version };
}

function conflict({ table, key }: KvKey): FlowwError {
  return new FlowwError(
    "KV_CONFLICT",
    `${JSON.stringify(key)} in the table ${JSON.stringify(table)} has another version; nothing was written.`,
  );
}

async function incrementLocked(
  transaction: Queryable,
  namespaceId: string,
  { key, by, ttlMs }: Increment,
): Promise<{ value: number; version: number }> {
  for (;;) {
    const item = await lockItem(transaction, namespaceId, key);
    const isThere = item?.isAlive === true;
    const value = incrementKvValue(isThere ? item.value.toString("utf8") : undefined, by);
    const text = JSON.stringify(value);
    if (isThere) return { value, version: await changeValue(transaction, namespaceId, { key, value: text }) };
    const version = await writeItem(transaction, namespaceId, {
      key,
      write: { value: text, ttlMs, version: null },
    });
    // None: somebody made it since we looked. It cannot vanish twice for ever.
    if (version !== undefined) return { value, version };
  }
}
