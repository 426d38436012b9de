import type { Queryable } from "../../../platform/db/database.ts";

export interface StoredKey {
  id: string;
  /** `master`: what signatures, cookies and links derive from, one. `records`: what records are encrypted with. */
  use: "master" | "records";
  version: number;
  /** Null: of a server of before keys were stored, not taken up yet. */
  wrapped: Buffer | null;
  wrappedBy: string | null;
  /** Since when records are written with it: they are with the newest of these. */
  currentSince: Date | null;
  /** When no record named an older one any more. */
  finishedAt: Date | null;
  createdAt: Date;
}

const COLUMNS = `id, use, version, wrapped, wrapped_by as "wrappedBy", current_since as "currentSince",
  finished_at as "finishedAt", created_at as "createdAt"`;

/** Oldest first. */
export async function listKeys(database: Queryable): Promise<StoredKey[]> {
  return (await database.query<StoredKey>(`select ${COLUMNS} from keys order by use, version`)).rows;
}

export function findCurrent(keys: readonly StoredKey[]): StoredKey | undefined {
  return keys.findLast(({ use, currentSince }) => use === "records" && currentSince !== null);
}

export function findNewest(keys: readonly StoredKey[]): StoredKey | undefined {
  return keys.findLast(({ use }) => use === "records");
}

/** Makes its holder the only one that decides about keys, until its transaction ends. */
export async function lockKeys(transaction: Queryable): Promise<void> {
  await transaction.query("select pg_advisory_xact_lock(hashtextextended('keys', 0))");
}

export async function insertKey(
  database: Queryable,
  key: Pick<StoredKey, "id" | "use" | "version"> & { wrapped: Buffer; wrappedBy: string; isFirst: boolean },
): Promise<void> {
  await database.query(
    `insert into keys (id, use, version, wrapped, wrapped_by, current_since, finished_at)
     values ($1, $2, $3, $4, $5, case when $6 then now() end, case when $6 then now() end)`,
    [key.id, key.use, key.version, key.wrapped, key.wrappedBy, key.isFirst],
  );
}

export async function setWrapped(
  database: Queryable,
  id: string,
  { wrapped, wrappedBy }: { wrapped: Buffer; wrappedBy: string },
): Promise<void> {
  await database.query("update keys set wrapped = $2, wrapped_by = $3 where id = $1", [
    id,
    wrapped,
    wrappedBy,
  ]);
}

export const KEYS_CHANGED = "keys_changed";

export async function notifyKeysChanged(database: Queryable): Promise<void> {
  await database.query("select pg_notify($1, '')", [KEYS_CHANGED]);
}

/** What a server has taken up: it opens records of every version up to `newest`, and writes with `current`. */
export async function acknowledgeKeys(
  database: Queryable,
  serverId: string,
  { newest, current }: { newest: number; current: number },
): Promise<void> {
  await database.query(
    `insert into key_acknowledgements (server_id, newest, current) values ($1, $2, $3)
     on conflict (server_id) do update set newest = excluded.newest, current = excluded.current`,
    [serverId, newest, current],
  );
  await database.query(
    "delete from key_acknowledgements where server_id not in (select id from servers where lease_until > now()) and server_id <> $1",
    [serverId],
  );
}

/** Live servers that have not taken up this version; with `current`, those that do not write with it yet. */
export async function listKeyLaggards(
  database: Queryable,
  version: number,
  what: "newest" | "current",
): Promise<string[]> {
  const found = await database.query<{ id: string }>(
    `select s.id from servers s where s.lease_until > now() and not exists (
       select from key_acknowledgements a where a.server_id = s.id and a.${what} >= $1)`,
    [version],
  );
  return found.rows.map(({ id }) => id);
}

/** Records are written with it from the commit on, by every server that hears of it. */
export async function makeKeyCurrent(database: Queryable, id: string): Promise<void> {
  await database.query("update keys set current_since = now() where id = $1 and current_since is null", [id]);
}

/** No record names an older one any more, or none that could be opened. */
export async function finishKey(database: Queryable, id: string): Promise<void> {
  await database.query("update keys set finished_at = now() where id = $1", [id]);
}

/** Refused by the database (23503) while a record names it. */
export async function removeKey(database: Queryable, id: string): Promise<void> {
  await database.query("delete from keys where id = $1", [id]);
}
