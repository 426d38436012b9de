import { FlowwError } from "@floww/contract/errors";
import type { KvItem, KvKey, KvRange, KvTable } from "@floww/contract/host-calls";
import { limits } from "@floww/contract/limits";
import { callHost } from "../call-host.ts";
import { decodeValue, encodeValue } from "../value-codec.ts";
import type { KVItem, KVListOptions, KVPermission, KVSetOptions } from "./types.ts";

/** One table of a {@link KVStore}. */
export interface KVTable<T> {
  /** Undefined when the key is absent. */
  get(key: string): Promise<T | undefined>;
  /** The value with its version and times. */
  getItem(key: string): Promise<KVItem<T> | undefined>;
  /**
   * Plain data, Date, Map, Set, BigInt, bytes and undefined come back as they were; 256 kB at most.
   *
   * @throws FlowwError VALUE_INVALID, VALUE_TOO_LARGE, KV_FORBIDDEN
   */
  set(key: string, value: T, options?: KVSetOptions): Promise<void>;
  /** Whether it was there. */
  delete(key: string): Promise<boolean>;
  listKeys(options?: KVListOptions): Promise<string[]>;
  listItems(options?: KVListOptions): Promise<KVItem<T>[]>;
  /**
   * Adds `by` (default 1) in one step and answers the sum; an absent key counts as 0. `ttl` is for a key that this makes.
   *
   * @throws FlowwError VALUE_NOT_NUMBER
   */
  increment(key: string, by?: number, options?: KVSetOptions): Promise<number>;
  /**
   * Sets the value only while the item still has `version` (undefined: while the key is absent).
   * The new version, or undefined when somebody else was first.
   */
  compareAndSet(
    key: string,
    change: { version: number | undefined; value: T } & KVSetOptions,
  ): Promise<number | undefined>;
  listPermissions(): Promise<KVPermission[]>;
  /** Lets another workflow of the namespace read (default) or read and write. Only the owner may. */
  grantPermission(workflowId: string, permission?: "read" | "write"): Promise<void>;
  /** Whether it had been granted. */
  revokePermission(workflowId: string): Promise<boolean>;
}

/** No method is `async`: at top level each throws at once, where the author's line is. */
export class StoreTable<T> implements KVTable<T> {
  readonly #table: KvTable;

  constructor(store: string, table: string) {
    this.#table = { store, table };
  }

  get(key: string): Promise<T | undefined> {
    const called = callHost("kv.get", this.#key(key));
    return called.then((item) => (item === null ? undefined : (decodeValue(item.value) as T)));
  }

  getItem(key: string): Promise<KVItem<T> | undefined> {
    const called = callHost("kv.get", this.#key(key));
    return called.then((item) => (item === null ? undefined : decodeItem<T>({ ...item, key })));
  }

  set(key: string, value: T, options?: KVSetOptions): Promise<void> {
    const input = { ...this.#key(key), value: encodeValue(value), ...wireOptions(options) };
    return callHost("kv.set", input).then(() => undefined);
  }

  delete(key: string): Promise<boolean> {
    return callHost("kv.delete", this.#key(key)).then(({ deleted }) => deleted);
  }

  listKeys(options: KVListOptions = {}): Promise<string[]> {
    const page = (range: KvRange) =>
      callHost("kv.listKeys", range).then(({ keys, hasMore }) => ({ found: keys, hasMore }));
    return this.#gather(options, { page, keyOf: (key) => key });
  }

  listItems(options: KVListOptions = {}): Promise<KVItem<T>[]> {
    const page = (range: KvRange) =>
      callHost("kv.listItems", range).then(({ items, hasMore }) => ({
        found: items.map((item) => decodeItem<T>(item)),
        hasMore,
      }));
    return this.#gather(options, { page, keyOf: ({ key }) => key });
  }

  increment(key: string, by = 1, options?: KVSetOptions): Promise<number> {
    const input = { ...this.#key(key), by, ...wireOptions(options) };
    return callHost("kv.increment", input).then(({ value }) => value);
  }

  compareAndSet(
    key: string,
    { version, value, ...options }: { version: number | undefined; value: T } & KVSetOptions,
  ): Promise<number | undefined> {
    const written = { value: encodeValue(value), version: version ?? null, ...wireOptions(options) };
    const called = callHost("kv.compareAndSet", { ...this.#key(key), ...written });
    return called.then((result) => result.version ?? undefined);
  }

  listPermissions(): Promise<KVPermission[]> {
    const called = callHost("kv.listPermissions", this.#table);
    return called.then(({ permissions }) => permissions);
  }

  grantPermission(workflowId: string, permission: "read" | "write" = "read"): Promise<void> {
    const input = { ...this.#table, workflowId, permission };
    return callHost("kv.grantPermission", input).then(() => undefined);
  }

  revokePermission(workflowId: string): Promise<boolean> {
    const input = { ...this.#table, workflowId };
    return callHost("kv.revokePermission", input).then(({ revoked }) => revoked);
  }

  #key(key: string): KvKey {
    return { ...this.#table, key };
  }

  /** One page where `limit` asks for one, else everything. The first page is asked for at once: see the class. */
  #gather<Found>(
    { limit, ...range }: KVListOptions,
    {
      page,
      keyOf,
    }: {
      page: (range: KvRange) => Promise<{ found: Found[]; hasMore: boolean }>;
      keyOf: (found: Found) => string;
    },
  ): Promise<Found[]> {
    const wanted = limit ?? limits.kvListMax;
    const ask = (after: string | undefined, left: number) =>
      page({
        ...this.#table,
        ...range,
        ...(after === undefined ? {} : { after }),
        limit: Math.min(left, limits.kvPageSizeMax),
      });
    const goOn = async (
      all: Found[],
      { found, hasMore }: { found: Found[]; hasMore: boolean },
    ): Promise<Found[]> => {
      all.push(...found);
      const last = found.at(-1);
      if (!hasMore || last === undefined) return all;
      if (all.length < wanted) return goOn(all, await ask(keyOf(last), wanted - all.length));
      if (limit !== undefined) return all;
      throw new FlowwError("LIST_TOO_LONG", `The table has more than ${limits.kvListMax} such items.`);
    };
    return ask(range.after, wanted).then((first) => goOn([], first));
  }
}

function wireOptions({ ttl }: KVSetOptions = {}): { ttlMs?: number } {
  return ttl === undefined ? {} : { ttlMs: ttl };
}

function decodeItem<T>({ key, value, version, ...times }: KvItem & { key: string }): KVItem<T> {
  return {
    key,
    value: decodeValue(value) as T,
    version,
    created_at: new Date(times.createdAt),
    updated_at: new Date(times.updatedAt),
    ...(times.expiresAt === undefined ? {} : { expires_at: new Date(times.expiresAt) }),
  };
}
