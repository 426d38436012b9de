import type { Queryable } from "../../platform/db/database.ts";
import { sealedUnderLiveKey } from "../secrets/keys/sealed-under-live-key.ts";
import type { SealedRecord } from "../secrets/vault.ts";

/** How code names a provider: type and alias. */
export interface ProviderKey {
  type: string;
  alias: string;
}

export interface Provider extends ProviderKey, SealedRecord {
  id: string;
  namespaceId: string;
  key: string;
  settings: Record<string, string>;
  secretFields: string[];
  version: number;
  account: string;
  failure: string | null;
  /** What the service's answers said of the credential of this version. */
  credentialFailure: string | null;
  credentialExpiresAt: Date | null;
  lastUsedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  updatedBy: string;
}

interface ProviderRow extends Omit<Provider, "settings"> {
  settings: Buffer;
}

const COLUMNS = `p.id, p.namespace_id as "namespaceId", p.type, p.alias, p.key, p.settings, p.secret_fields as "secretFields",
  p.version, p.key_id as "keyId", p.sealed, p.account, p.failure,
  p.credential_failure as "credentialFailure", p.credential_expires_at as "credentialExpiresAt", p.last_used_at as "lastUsedAt",
  p.created_at as "createdAt", p.updated_at as "updatedAt", p.updated_by as "updatedBy"`;

function fromRow(row: ProviderRow | undefined): Provider | undefined {
  return row === undefined ? undefined : { ...row, settings: JSON.parse(row.settings.toString("utf8")) };
}

export async function findProvider(
  database: Queryable,
  namespaceId: string,
  { type, alias }: ProviderKey,
): Promise<Provider | undefined> {
  const found = await database.query<ProviderRow>(
    `select ${COLUMNS} from providers p where namespace_id = $1 and type = $2 and alias = $3`,
    [namespaceId, type, alias],
  );
  return fromRow(found.rows[0]);
}

export async function findProviderById(
  database: Queryable,
  namespaceId: string,
  id: string,
): Promise<Provider | undefined> {
  const found = await database.query<ProviderRow>(
    `select ${COLUMNS} from providers p where namespace_id = $1 and id = $2`,
    [namespaceId, id],
  );
  return fromRow(found.rows[0]);
}

/** By the unguessable part of its address: which namespace it is in, is what the key says. */
export async function findProviderByKey(database: Queryable, key: string): Promise<Provider | undefined> {
  const found = await database.query<ProviderRow>(`select ${COLUMNS} from providers p where key = $1`, [key]);
  return fromRow(found.rows[0]);
}

/** The provider that code of this deployment (or dev session) means by a name. */
export async function findMappedProvider(
  database: Queryable,
  { namespaceId, ownerId, type, alias }: ProviderKey & { namespaceId: string; ownerId: string },
): Promise<Provider | undefined> {
  const found = await database.query<ProviderRow>(
    `select ${COLUMNS} from providers p
     left join provider_mappings m on m.owner_id = $2 and m.type = $3 and m.alias = $4
     where p.namespace_id = $1 and p.type = $3 and
       case when m.provider_id is null then p.alias = $4 else p.id = m.provider_id end`,
    [namespaceId, ownerId, type, alias],
  );
  return fromRow(found.rows[0]);
}

export async function listProviders(database: Queryable, namespaceId: string): Promise<Provider[]> {
  const found = await database.query<ProviderRow>(
    `select ${COLUMNS} from providers p where namespace_id = $1 order by type, alias`,
    [namespaceId],
  );
  return found.rows.map((row) => fromRow(row)!);
}

export type NewProviderVersion = Omit<
  Provider,
  "failure" | "credentialFailure" | "credentialExpiresAt" | "lastUsedAt" | "createdAt" | "updatedAt"
>;

/** Writes the version after the one that is there; undefined when another write came first. */
export async function upsertProvider(
  database: Queryable,
  row: NewProviderVersion,
): Promise<Provider | undefined> {
  const written = await sealedUnderLiveKey(
    database.query<ProviderRow>(
      `insert into providers as p
       (id, namespace_id, type, alias, key, settings, secret_fields, version, key_id, sealed, account, updated_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (namespace_id, type, alias) do update
     set settings = excluded.settings, secret_fields = excluded.secret_fields, version = excluded.version,
       key_id = excluded.key_id, sealed = excluded.sealed, account = excluded.account, failure = null,
       credential_failure = null, credential_expires_at = null,
       updated_at = now(), updated_by = excluded.updated_by
     where p.id = excluded.id and p.version = excluded.version - 1
     returning ${COLUMNS}`,
      [
        row.id,
        row.namespaceId,
        row.type,
        row.alias,
        row.key,
        Buffer.from(JSON.stringify(row.settings)),
        row.secretFields,
        row.version,
        row.keyId,
        row.sealed,
        row.account,
        row.updatedBy,
      ],
    ),
  );
  return fromRow(written.rows[0]);
}

export async function removeProvider(database: Queryable, namespaceId: string, id: string): Promise<void> {
  await database.query("delete from providers where namespace_id = $1 and id = $2", [namespaceId, id]);
}

export async function markFailure(database: Queryable, id: string, failure: string | null): Promise<void> {
  await database.query("update providers set failure = $2 where id = $1 and failure is distinct from $2", [
    id,
    failure,
  ]);
}

/** One of these whose credential its vendor refuses. */
export async function findRefusedProvider(
  database: Queryable,
  ids: readonly string[],
): Promise<string | undefined> {
  const found = await database.query<{ id: string }>(
    "select id from providers where id = any($1) and credential_failure is not null limit 1",
    [ids],
  );
  return found.rows[0]?.id;
}

/** Of the version that was sent: one that was set meanwhile is another credential. */
export async function markCredential(
  database: Queryable,
  { id, version }: Pick<Provider, "id" | "version">,
  { failure, expiresAt }: { failure: string | null; expiresAt: Date | null },
): Promise<void> {
  await database.query(
    `update providers set credential_failure = $3, credential_expires_at = $4 where id = $1 and version = $2`,
    [id, version, failure, expiresAt],
  );
}

/** At most once a minute: a busy connection is not a busy row. */
export async function markUsed(database: Queryable, id: string): Promise<void> {
  await database.query(
    `update providers set last_used_at = now()
     where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
    [id],
  );
}

/** What a name in code stands for, where it is not the provider of that alias. */
export interface ProviderMapping extends ProviderKey {
  providerId: string;
}

/** Replaces an owner's mappings. */
export async function setProviderMappings(
  database: Queryable,
  ownerId: string,
  mappings: readonly ProviderMapping[],
): Promise<void> {
  await database.query("delete from provider_mappings where owner_id = $1", [ownerId]);
  for (const { type, alias, providerId } of mappings) {
    await database.query(
      "insert into provider_mappings (owner_id, type, alias, provider_id) values ($1, $2, $3, $4)",
      [ownerId, type, alias, providerId],
    );
  }
}

/** A provider was configured or deleted: every server tells the laptops that it has. The payload is the namespace's id. */
export const PROVIDERS_CHANGED = "floww_providers_changed";

export async function notifyProvidersChanged(database: Queryable, namespaceId: string): Promise<void> {
  await database.query("select pg_notify($1, $2)", [PROVIDERS_CHANGED, namespaceId]);
}
