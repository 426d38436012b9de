import type { Queryable } from "../../platform/db/database.ts";
import { sealedUnderLiveKey } from "./keys/sealed-under-live-key.ts";
import type { SealedRecord } from "./vault.ts";

export interface SecretKey {
  name: string;
  credential: string;
}

export interface SecretRow extends SecretKey, SealedRecord {
  id: string;
  version: number;
  fields: string[];
  createdAt: Date;
  updatedAt: Date;
  updatedBy: string;
}

const COLUMNS = `id, name, credential, version, key_id as "keyId", sealed, fields, created_at as "createdAt",
  updated_at as "updatedAt", updated_by as "updatedBy"`;

export async function findSecret(
  database: Queryable,
  namespaceId: string,
  { name, credential }: SecretKey,
): Promise<SecretRow | undefined> {
  const found = await database.query<SecretRow>(
    `select ${COLUMNS} from secrets where namespace_id = $1 and name = $2 and credential = $3`,
    [namespaceId, name, credential],
  );
  return found.rows[0];
}

export async function listSecrets(database: Queryable, namespaceId: string): Promise<SecretRow[]> {
  const found = await database.query<SecretRow>(
    `select ${COLUMNS} from secrets where namespace_id = $1 order by name, credential`,
    [namespaceId],
  );
  return found.rows;
}

export type NewSecretVersion = Pick<SecretRow, "id" | "version" | "fields" | "updatedBy"> &
  SecretKey &
  SealedRecord;

/** Writes the version after the one that is there; undefined when another write came first. */
export async function upsertSecret(
  database: Queryable,
  namespaceId: string,
  row: NewSecretVersion,
): Promise<SecretRow | undefined> {
  const written = await sealedUnderLiveKey(
    database.query<SecretRow>(
      `insert into secrets (id, namespace_id, name, credential, version, key_id, sealed, fields, updated_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (namespace_id, name, credential) do update
     set version = excluded.version, key_id = excluded.key_id, sealed = excluded.sealed, fields = excluded.fields,
       updated_at = now(), updated_by = excluded.updated_by
     where secrets.id = excluded.id and secrets.version = excluded.version - 1
     returning ${COLUMNS}`,
      [
        row.id,
        namespaceId,
        row.name,
        row.credential,
        row.version,
        row.keyId,
        row.sealed,
        row.fields,
        row.updatedBy,
      ],
    ),
  );
  return written.rows[0];
}

export async function removeSecret(
  database: Queryable,
  namespaceId: string,
  { name, credential }: SecretKey,
): Promise<boolean> {
  const removed = await database.query(
    "delete from secrets where namespace_id = $1 and name = $2 and credential = $3",
    [namespaceId, name, credential],
  );
  return removed.rowCount === 1;
}
