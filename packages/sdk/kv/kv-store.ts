import type { KvBatchOperation } from "@floww/contract/host-calls";
import { callHost } from "../call-host.ts";
import { encodeValue } from "../value-codec.ts";
import { type KVTable, StoreTable } from "./kv-table.ts";
import type {
  KVBatchOperation,
  KVBatchResult,
  KVItem,
  KVListOptions,
  KVPermission,
  KVSetOptions,
} from "./types.ts";

/**
 * Values that outlive a run, by table and key, in the workflow's namespace. Every alias is a store of its own.
 * A table belongs to the workflow that wrote to it first; others of the namespace need {@link KVTable.grantPermission}.
 *
 * @example
 * const users = new KVStore().getTable<{ name: string }>("users");
 * await users.set("ada", { name: "Ada" }, { ttl: 60_000 });
 */
export class KVStore {
  readonly alias: string;

  constructor(alias = "default") {
    this.alias = alias;
  }

  getTable<T = unknown>(name: string): KVTable<T> {
    return new StoreTable<T>(this.alias, name);
  }

  get<T = unknown>(table: string, key: string): Promise<T | undefined> {
    return this.getTable<T>(table).get(key);
  }

  getItem<T = unknown>(table: string, key: string): Promise<KVItem<T> | undefined> {
    return this.getTable<T>(table).getItem(key);
  }

  set<T = unknown>(table: string, key: string, value: T, options?: KVSetOptions): Promise<void> {
    return this.getTable<T>(table).set(key, value, options);
  }

  delete(table: string, key: string): Promise<boolean> {
    return this.getTable(table).delete(key);
  }

  listKeys(table: string, options?: KVListOptions): Promise<string[]> {
    return this.getTable(table).listKeys(options);
  }

  listItems<T = unknown>(table: string, options?: KVListOptions): Promise<KVItem<T>[]> {
    return this.getTable<T>(table).listItems(options);
  }

  increment(table: string, key: string, by = 1, options?: KVSetOptions): Promise<number> {
    return this.getTable(table).increment(key, by, options);
  }

  compareAndSet<T = unknown>(
    table: string,
    key: string,
    change: { version: number | undefined; value: T } & KVSetOptions,
  ): Promise<number | undefined> {
    return this.getTable<T>(table).compareAndSet(key, change);
  }

  listPermissions(table: string): Promise<KVPermission[]> {
    return this.getTable(table).listPermissions();
  }

  grantPermission(table: string, workflowId: string, permission?: "read" | "write"): Promise<void> {
    return this.getTable(table).grantPermission(workflowId, permission);
  }

  revokePermission(table: string, workflowId: string): Promise<boolean> {
    return this.getTable(table).revokePermission(workflowId);
  }

  /**
   * Writes up to 100 items of any tables of this store, all or none.
   *
   * @throws FlowwError KV_CONFLICT when an item has another version than its operation names; nothing was written then.
   */
  batch(operations: readonly KVBatchOperation[]): Promise<KVBatchResult[]> {
    const wire = operations.map(encodeOperation);
    const called = callHost("kv.batch", { store: this.alias, operations: wire });
    return called.then(({ results }) => results);
  }
}

/** `undefined` in a version asks that the key be absent; on the wire that is null. */
function encodeOperation(operation: KVBatchOperation): KvBatchOperation {
  if (operation.op === "delete") return operation;
  const { ttl, ...rest } = operation;
  const ttlMs = ttl === undefined ? {} : { ttlMs: ttl };
  if (rest.op === "increment") return { ...rest, by: rest.by ?? 1, ...ttlMs };
  const { value, version, ...set } = rest;
  const condition = Object.hasOwn(operation, "version") ? { version: version ?? null } : {};
  return { ...set, value: encodeValue(value), ...ttlMs, ...condition };
}
