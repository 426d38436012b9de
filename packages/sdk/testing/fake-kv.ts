import { FlowwError } from "@floww/contract/errors";
import {
  checkKvKey,
  checkKvName,
  checkKvValue,
  type HostCalls,
  incrementKvValue,
  type KvBatchOperation,
  type KvBatchResult,
  type KvItem,
  type KvPermission,
  type KvRange,
  type KvTable,
} from "@floww/contract/host-calls";
import { limits } from "@floww/contract/limits";

interface StoredItem {
  value: string;
  version: number;
  createdMs: number;
  updatedMs: number;
  expiresMs: number | undefined;
}

interface Table {
  ownerId: string;
  grants: Map<string, "read" | "write">;
  items: Map<string, StoredItem>;
}

type KvCalls = {
  [Operation in Extract<keyof HostCalls, `kv.${string}`>]: (
    input: HostCalls[Operation]["input"],
    workflowId: string,
  ) => HostCalls[Operation]["output"];
};

/** KV stores in memory. That it behaves as the server does is held by the conformance suite, which runs over both. */
export class FakeKv {
  readonly #now: () => number;
  readonly #tables = new Map<string, Table>();
  #lastVersion = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly calls: KvCalls = {
    "kv.get": (input, workflowId) => {
      checkKvKey(input.key);
      const item = this.#alive(this.#readable(input, workflowId), input.key);
      return item === undefined ? null : present(item);
    },
    "kv.set": (input, workflowId) => ({ version: this.#set(this.#writable(input, workflowId), input)! }),
    "kv.delete": ({ store, table, key }, workflowId) => ({
      deleted: this.#delete(this.#writable({ store, table }, workflowId), { key }),
    }),
    "kv.increment": (input, workflowId) => this.#increment(this.#writable(input, workflowId), input),
    "kv.compareAndSet": (input, workflowId) => ({
      version: this.#set(this.#writable(input, workflowId), input, input.version) ?? null,
    }),
    "kv.batch": (input, workflowId) => ({ results: this.#batch(input, workflowId) }),
    "kv.listKeys": (input, workflowId) => {
      const { found, hasMore } = this.#page(input, workflowId);
      return { keys: found.map(([key]) => key), hasMore };
    },
    "kv.listItems": (input, workflowId) => {
      const { found, hasMore } = this.#page(input, workflowId);
      return { items: found.map(([key, item]) => ({ key, ...present(item) })), hasMore };
    },
    "kv.listPermissions": (input, workflowId) => ({
      permissions: listPermissions(this.#readable(input, workflowId)),
    }),
    "kv.grantPermission": (input, workflowId) => {
      const table = this.#owned(input, workflowId);
      if (!/^wf_[0-9a-z]{26}$/.test(input.workflowId)) throw new FlowwError("NOT_FOUND");
      table.grants.set(input.workflowId, input.permission);
      return null;
    },
    "kv.revokePermission": (input, workflowId) => ({
      revoked: this.#owned(input, workflowId).grants.delete(input.workflowId),
    }),
  };

  /** Forgets one store, or all. */
  reset(store?: string): void {
    for (const name of this.#tables.keys()) {
      if (store === undefined || (JSON.parse(name) as string[])[0] === store) this.#tables.delete(name);
    }
  }

  #readable(table: KvTable, workflowId: string): Table | undefined {
    checkNames(table);
    const found = this.#tables.get(nameOf(table));
    if (found !== undefined && found.ownerId !== workflowId && !found.grants.has(workflowId))
      throw new FlowwError("KV_FORBIDDEN");
    return found;
  }

  #writable(table: KvTable, workflowId: string): Table {
    const found = this.#made(table, workflowId);
    if (found.ownerId !== workflowId && found.grants.get(workflowId) !== "write")
      throw new FlowwError("KV_FORBIDDEN");
    return found;
  }

  #owned(table: KvTable, workflowId: string): Table {
    const found = this.#made(table, workflowId);
    if (found.ownerId !== workflowId) throw new FlowwError("KV_FORBIDDEN");
    return found;
  }

  #made(table: KvTable, workflowId: string): Table {
    checkNames(table);
    const found = this.#tables.get(nameOf(table));
    if (found !== undefined) return found;
    const made: Table = { ownerId: workflowId, grants: new Map(), items: new Map() };
    this.#tables.set(nameOf(table), made);
    return made;
  }

  #alive(table: Table | undefined, key: string): StoredItem | undefined {
    const item = table?.items.get(key);
    const expiresMs = item?.expiresMs ?? Number.POSITIVE_INFINITY;
    return expiresMs <= this.#now() ? undefined : item;
  }

  #set(
    table: Table,
    { key, value, ttlMs }: { key: string; value: string; ttlMs?: number },
    version?: number | null,
  ): number | undefined {
    checkKvKey(key);
    checkKvValue(value);
    checkTtl(ttlMs);
    const present = this.#alive(table, key);
    if (version !== undefined && (present?.version ?? null) !== version) return undefined;
    const nowMs = this.#now();
    table.items.set(key, {
      value,
      version: ++this.#lastVersion,
      createdMs: present?.createdMs ?? nowMs,
      updatedMs: nowMs,
      expiresMs: ttlMs === undefined ? undefined : nowMs + ttlMs,
    });
    return this.#lastVersion;
  }

  #delete(table: Table, { key, version }: { key: string; version?: number }): boolean {
    checkKvKey(key);
    const present = this.#alive(table, key);
    if (version !== undefined && present?.version !== version) return false;
    table.items.delete(key);
    return present !== undefined;
  }

  #increment(
    table: Table,
    { key, by, ttlMs }: { key: string; by: number; ttlMs?: number },
  ): { value: number; version: number } {
    checkKvKey(key);
    if (typeof by !== "number") throw new FlowwError("INPUT_INVALID");
    const present = this.#alive(table, key);
    const value = incrementKvValue(present?.value, by);
    const write = { key, value: JSON.stringify(value), ...(ttlMs === undefined ? {} : { ttlMs }) };
    const version = this.#set(table, write)!;
    if (present !== undefined) table.items.get(key)!.expiresMs = present.expiresMs;
    return { value, version };
  }

  #batch(
    { store, operations }: { store: string; operations: readonly KvBatchOperation[] },
    workflowId: string,
  ): KvBatchResult[] {
    if (operations.length < 1 || operations.length > limits.kvBatchMax) throw new FlowwError("INPUT_INVALID");
    const named = operations.map(
      ({ table }) => [table, this.#writable({ store, table }, workflowId)] as const,
    );
    const tables = new Map(named);
    const before = [...tables.values()].map((table) => [table, new Map(table.items)] as const);
    try {
      return operations.map((operation) => this.#applyOne(tables.get(operation.table)!, operation));
    } catch (error) {
      for (const [table, items] of before) table.items = items;
      throw error;
    }
  }

  #applyOne(table: Table, operation: KvBatchOperation): KvBatchResult {
    if (operation.op === "increment") return this.#increment(table, operation);
    if (operation.op === "delete") {
      const deleted = this.#delete(table, operation);
      if (!deleted && operation.version !== undefined) throw new FlowwError("KV_CONFLICT");
      return { deleted };
    }
    const version = this.#set(table, operation, operation.version);
    if (version === undefined) throw new FlowwError("KV_CONFLICT");
    return { version };
  }

  #page(range: KvRange, workflowId: string): { found: [string, StoredItem][]; hasMore: boolean } {
    const { prefix = "", after = "", limit = limits.kvPageSizeMax } = range;
    if (!Number.isInteger(limit) || limit < 1) throw new FlowwError("INPUT_INVALID");
    const table = this.#readable(range, workflowId);
    const keys = [...(table?.items.keys() ?? [])]
      .filter((key) => key.startsWith(prefix) && compareBytes(key, after) > 0)
      .filter((key) => this.#alive(table, key) !== undefined)
      .sort(compareBytes);
    const found = keys.slice(0, Math.min(limit, limits.kvPageSizeMax));
    return { found: found.map((key) => [key, table!.items.get(key)!]), hasMore: found.length < keys.length };
  }
}

function listPermissions(table: Table | undefined): KvPermission[] {
  if (table === undefined) return [];
  const grants = [...table.grants].sort(([a], [b]) => compareBytes(a, b));
  return [
    { workflowId: table.ownerId, permission: "owner" },
    ...grants.map(([workflowId, permission]) => ({ workflowId, permission })),
  ];
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function nameOf({ store, table }: KvTable): string {
  return JSON.stringify([store, table]);
}

function checkNames({ store, table }: KvTable): void {
  checkKvName("store", store);
  checkKvName("table", table);
}

function checkTtl(ttlMs: number | undefined): void {
  if (ttlMs === undefined || (typeof ttlMs === "number" && ttlMs >= 1 && ttlMs <= limits.kvTtlMsMax)) return;
  throw new FlowwError("INPUT_INVALID", `A ttl is 1 to ${limits.kvTtlMsMax} ms.`);
}

function present({ value, version, createdMs, updatedMs, expiresMs }: StoredItem): KvItem {
  return {
    value,
    version,
    createdAt: new Date(createdMs).toISOString(),
    updatedAt: new Date(updatedMs).toISOString(),
    ...(expiresMs === undefined ? {} : { expiresAt: new Date(expiresMs).toISOString() }),
  };
}
