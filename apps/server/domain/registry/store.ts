import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { RepositoryName } from "./names.ts";

/** Holds the namespace's space until the transaction ends; resolves with how many bytes it may have. */
export async function lockSpace(transaction: Queryable, namespaceId: string): Promise<number> {
  await transaction.query("insert into registry_spaces (namespace_id) values ($1) on conflict do nothing", [
    namespaceId,
  ]);
  const locked = await transaction.query<{ bytesMax: string | null }>(
    'select bytes_max as "bytesMax" from registry_spaces where namespace_id = $1 for update',
    [namespaceId],
  );
  return readBytesMax(locked.rows[0]?.bytesMax);
}

function readBytesMax(own: string | null | undefined): number {
  return own === null || own === undefined ? limits.registryBytesMax : Number(own);
}

export interface SpaceUsage {
  bytesMax: number;
  /** Distinct blobs and manifests. */
  keptBytes: number;
  /** Of uploads that are not finished. */
  uploadBytes: number;
}

export async function findUsage(database: Queryable, namespaceId: string): Promise<SpaceUsage> {
  const found = await database.query<{ bytesMax: string | null; keptBytes: string; uploadBytes: string }>(
    `select (select bytes_max from registry_spaces where namespace_id = $1) as "bytesMax",
       (select coalesce(sum(bytes), 0) from registry_blobs where namespace_id = $1 and not is_being_removed)
       + (select coalesce(sum(bytes), 0) from registry_manifests where namespace_id = $1) as "keptBytes",
       (select coalesce(sum(bytes), 0) from registry_uploads where namespace_id = $1) as "uploadBytes"`,
    [namespaceId],
  );
  const row = found.rows[0]!;
  return {
    bytesMax: readBytesMax(row.bytesMax),
    keptBytes: Number(row.keptBytes),
    uploadBytes: Number(row.uploadBytes),
  };
}

/** @throws FlowwError REGISTRY_FULL */
export function refuseOverfull(usedBytes: number, bytesMax: number): void {
  if (usedBytes <= bytesMax) return;
  throw new FlowwError(
    "REGISTRY_FULL",
    `The namespace's registry may hold ${bytesMax} bytes; with this it would hold ${usedBytes}.`,
  );
}

/** Undefined for a repository that nothing was pushed to, whoever asks. */
export async function findRepository(
  database: Queryable,
  { namespaceId, repository }: RepositoryName,
): Promise<string | undefined> {
  const found = await database.query<{ id: string }>(
    "select id from registry_repositories where namespace_id = $1 and name = $2",
    [namespaceId, repository],
  );
  return found.rows[0]?.id;
}

/** @throws FlowwError REGISTRY_NAME_UNKNOWN */
export async function getRepository(database: Queryable, name: RepositoryName): Promise<string> {
  const id = await findRepository(database, name);
  if (id === undefined) throw new FlowwError("REGISTRY_NAME_UNKNOWN");
  return id;
}

/** Makes it when it is not there, and keeps it from going until the transaction ends. @throws FlowwError REGISTRY_LIMIT */
export async function ensureRepository(
  transaction: Queryable,
  { namespaceId, repository }: RepositoryName,
): Promise<string> {
  const present = await transaction.query<{ id: string }>(
    "select id from registry_repositories where namespace_id = $1 and name = $2 for key share",
    [namespaceId, repository],
  );
  if (present.rows[0] !== undefined) return present.rows[0].id;
  const counted = await transaction.query<{ count: number }>(
    "select count(*)::int as count from registry_repositories where namespace_id = $1",
    [namespaceId],
  );
  if (counted.rows[0]!.count >= limits.registryRepositoriesMax)
    throw new FlowwError(
      "REGISTRY_LIMIT",
      `A namespace has at most ${limits.registryRepositoriesMax} repositories.`,
    );
  const inserted = await transaction.query<{ id: string }>(
    `insert into registry_repositories (id, namespace_id, name) values ($1, $2, $3)
     on conflict (namespace_id, name) do update set name = excluded.name returning id`,
    [newUuid(), namespaceId, repository],
  );
  return inserted.rows[0]!.id;
}

/** Its bytes' number; undefined when this repository does not have it, whatever others have. */
export async function findBlob(
  database: Queryable,
  repositoryId: string,
  digest: string,
): Promise<number | undefined> {
  const found = await database.query<{ bytes: string }>(
    `select b.bytes from registry_repository_blobs l
     join registry_blobs b on b.namespace_id = l.namespace_id and b.digest = l.digest
     where l.repository_id = $1 and l.digest = $2 and not b.is_being_removed`,
    [repositoryId, digest],
  );
  const row = found.rows[0];
  return row === undefined ? undefined : Number(row.bytes);
}

/** Written when it is a minute old: many who ask at once write once. */
export async function noteBlobUse(database: Queryable, repositoryId: string, digest: string): Promise<void> {
  await database.query(
    `update registry_repository_blobs set used_at = now()
     where repository_id = $1 and digest = $2 and used_at < now() - interval '1 minute'`,
    [repositoryId, digest],
  );
}

/** Under the space's lock. */
export async function linkBlob(
  transaction: Queryable,
  link: { namespaceId: string; repositoryId: string; digest: string },
): Promise<void> {
  await transaction.query(
    `insert into registry_repository_blobs (namespace_id, repository_id, digest) values ($1, $2, $3)
     on conflict (repository_id, digest) do update set used_at = now()`,
    [link.namespaceId, link.repositoryId, link.digest],
  );
}

/** Under the space's lock. False when the namespace had it already. */
export async function insertBlob(
  transaction: Queryable,
  blob: { namespaceId: string; digest: string; bytes: number },
): Promise<void> {
  await transaction.query(
    `insert into registry_blobs (namespace_id, digest, bytes) values ($1, $2, $3)
     on conflict (namespace_id, digest) do update set is_being_removed = false`,
    [blob.namespaceId, blob.digest, blob.bytes],
  );
}

export async function hasBlobInNamespace(
  database: Queryable,
  namespaceId: string,
  digest: string,
): Promise<boolean> {
  const found = await database.query(
    "select from registry_blobs where namespace_id = $1 and digest = $2 and not is_being_removed",
    [namespaceId, digest],
  );
  return found.rowCount === 1;
}

/** Repositories of the namespace that have it: any hundred of them. */
export async function listBlobSources(
  database: Queryable,
  namespaceId: string,
  digest: string,
): Promise<string[]> {
  const found = await database.query<{ name: string }>(
    `select r.name from registry_repository_blobs l join registry_repositories r on r.id = l.repository_id
     where l.namespace_id = $1 and l.digest = $2 limit 100`,
    [namespaceId, digest],
  );
  return found.rows.map(({ name }) => name);
}

/** Its row is held until the transaction ends. False when the repository does not have it. */
export async function lockLink(
  transaction: Queryable,
  repositoryId: string,
  digest: string,
): Promise<boolean> {
  const locked = await transaction.query(
    "select from registry_repository_blobs where repository_id = $1 and digest = $2 for update",
    [repositoryId, digest],
  );
  return locked.rowCount === 1;
}

/** Asked after the link's row is held: whoever names it from now on waits, and whoever did before is seen. */
export async function findNamingManifest(
  transaction: Queryable,
  repositoryId: string,
  digest: string,
): Promise<string | undefined> {
  const found = await transaction.query<{ digest: string }>(
    `select manifest_digest as digest from registry_manifest_blobs
     where repository_id = $1 and digest = $2 limit 1`,
    [repositoryId, digest],
  );
  return found.rows[0]?.digest;
}

export async function deleteLink(
  transaction: Queryable,
  repositoryId: string,
  digest: string,
): Promise<void> {
  await transaction.query("delete from registry_repository_blobs where repository_id = $1 and digest = $2", [
    repositoryId,
    digest,
  ]);
}
