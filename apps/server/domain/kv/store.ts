import type { KvKey, KvTable } from "@floww/contract/host-calls";
import type { Queryable } from "../../platform/db/database.ts";

export interface KvRow {
  key: string;
  value: Buffer;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  expiresAt: Date | null;
}

const COLUMNS = `key, value, version::float8 as version, created_at as "createdAt", updated_at as "updatedAt",
  expires_at as "expiresAt"`;
const ITEM = "namespace_id = $1 and store = $2 and table_name = $3 and key = $4";
const IS_ALIVE = "(expires_at is null or expires_at > now())";

function keyValues(namespaceId: string, { store, table, key }: KvKey): unknown[] {
  return [namespaceId, store, table, key];
}

export async function findItem(
  database: Queryable,
  namespaceId: string,
  key: KvKey,
): Promise<KvRow | undefined> {
  const found = await database.query<KvRow>(
    `select ${COLUMNS} from kv_items where ${ITEM} and ${IS_ALIVE}`,
    keyValues(namespaceId, key),
  );
  return found.rows[0];
}

/** Holds the item until the transaction ends. */
export async function lockItem(
  transaction: Queryable,
  namespaceId: string,
  key: KvKey,
): Promise<(KvRow & { isAlive: boolean }) | undefined> {
  const found = await transaction.query<KvRow & { isAlive: boolean }>(
    `select ${COLUMNS}, ${IS_ALIVE} as "isAlive" from kv_items where ${ITEM} for update`,
    keyValues(namespaceId, key),
  );
  return found.rows[0];
}

export interface ItemWrite {
  value: string;
  ttlMs?: number | undefined;
  /** Undefined: whatever is there. Null: only where nothing is. */
  version?: number | null | undefined;
}

const EXPIRY = "now() + $6::float8 * interval '1 millisecond'";

/** The item's new version; undefined when another version was found than the one asked for. */
export async function writeItem(
  database: Queryable,
  namespaceId: string,
  { key, write }: { key: KvKey; write: ItemWrite },
): Promise<number | undefined> {
  const values = [...keyValues(namespaceId, key), Buffer.from(write.value), write.ttlMs ?? null];
  const written =
    typeof write.version === "number"
      ? await database.query<{ version: number }>(
          `update kv_items set value = $5, expires_at = ${EXPIRY}, updated_at = now(), version = nextval('kv_versions')
           where ${ITEM} and ${IS_ALIVE} and version = $7
           returning version::float8 as version`,
          [...values, write.version],
        )
      : await database.query<{ version: number }>(
          `insert into kv_items as item (namespace_id, store, table_name, key, value, expires_at)
           values ($1, $2, $3, $4, $5, ${EXPIRY})
           on conflict (namespace_id, store, table_name, key) do update
           set value = excluded.value, expires_at = excluded.expires_at, updated_at = now(),
             version = nextval('kv_versions'),
             created_at = case when item.expires_at <= now() then now() else item.created_at end
           ${write.version === null ? "where item.expires_at <= now()" : ""}
           returning version::float8 as version`,
          values,
        );
  return written.rows[0]?.version;
}

/** Sets a value and leaves the item's expiry as it is. */
export async function changeValue(
  transaction: Queryable,
  namespaceId: string,
  { key, value }: { key: KvKey; value: string },
): Promise<number> {
  const updated = await transaction.query<{ version: number }>(
    `update kv_items set value = $5, updated_at = now(), version = nextval('kv_versions') where ${ITEM}
     returning version::float8 as version`,
    [...keyValues(namespaceId, key), Buffer.from(value)],
  );
  return updated.rows[0]!.version;
}

/** Whether a living item was there, of the version if one is given. */
export async function removeItem(
  database: Queryable,
  namespaceId: string,
  { key, version }: { key: KvKey; version?: number | undefined },
): Promise<boolean> {
  const removed = await database.query<{ isAlive: boolean }>(
    `delete from kv_items where ${ITEM} and ($5::bigint is null or (version = $5 and ${IS_ALIVE}))
     returning ${IS_ALIVE} as "isAlive"`,
    [...keyValues(namespaceId, key), version ?? null],
  );
  return removed.rows[0]?.isAlive ?? false;
}

export interface ItemRange {
  table: KvTable;
  /** At or after this key, and after that one, and before the last. */
  from: string;
  after: string;
  before: string | undefined;
  limit: number;
  bytesMax: number;
}

/** A page in the order of keys, cut after `limit` items and where `bytesMax` is passed; the first item always comes. */
export async function listItems(
  database: Queryable,
  namespaceId: string,
  { table, from, after, before, limit, bytesMax }: ItemRange,
): Promise<{ rows: KvRow[]; hasMore: boolean }> {
  const found = await database.query<KvRow & { there: number }>(
    `select ${COLUMNS}, there from (
       select *, (count(*) over ())::int as there, sum(octet_length(value)) over (order by key) - octet_length(value) as bytes_before
       from (
         select * from kv_items
         where namespace_id = $1 and store = $2 and table_name = $3
           and key >= $4 and key > $5 and ($6::text is null or key < $6) and ${IS_ALIVE}
         order by key limit $7
       ) as page
     ) as sized
     where bytes_before < $8 order by key`,
    [namespaceId, table.store, table.table, from, after, before, limit + 1, bytesMax],
  );
  const rows = found.rows.slice(0, limit);
  return { rows, hasMore: rows.length < (found.rows[0]?.there ?? 0) };
}

export async function listKeys(
  database: Queryable,
  namespaceId: string,
  { table, from, after, before, limit }: Omit<ItemRange, "bytesMax">,
): Promise<{ keys: string[]; hasMore: boolean }> {
  const found = await database.query<{ key: string }>(
    `select key from kv_items
     where namespace_id = $1 and store = $2 and table_name = $3
       and key >= $4 and key > $5 and ($6::text is null or key < $6) and ${IS_ALIVE}
     order by key limit $7`,
    [namespaceId, table.store, table.table, from, after, before, limit + 1],
  );
  return { keys: found.rows.slice(0, limit).map(({ key }) => key), hasMore: found.rows.length > limit };
}

/** Takes away items whose time is over; up to `limit` of them, and none that somebody is writing. */
export async function removeExpired(database: Queryable, limit: number): Promise<number> {
  const removed = await database.query(
    `delete from kv_items where (namespace_id, store, table_name, key) in (
       select namespace_id, store, table_name, key from kv_items where expires_at <= now()
       limit $1 for update skip locked)`,
    [limit],
  );
  return removed.rowCount ?? 0;
}
