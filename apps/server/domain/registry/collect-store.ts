import type { Queryable } from "../../platform/db/database.ts";

/** Those that have ever pushed. */
export async function listNamespaces(database: Queryable): Promise<string[]> {
  const found = await database.query<{ id: string }>(
    "select namespace_id as id from registry_spaces order by namespace_id",
  );
  return found.rows.map(({ id }) => id);
}

export interface Link {
  repositoryId: string;
  digest: string;
}

/** Links that no manifest names and nobody asked for; to be asked again under their lock. */
export async function listLinksUnused(
  database: Queryable,
  page: { namespaceId: string; unusedMs: number; after: Link; limit: number },
): Promise<Link[]> {
  const found = await database.query<Link>(
    `select l.repository_id as "repositoryId", l.digest from registry_repository_blobs l
     where l.namespace_id = $1 and l.used_at <= now() - $2::interval and (l.repository_id, l.digest) > ($3, $4)
       and not exists (select from registry_manifest_blobs m
         where m.repository_id = l.repository_id and m.digest = l.digest)
     order by l.repository_id, l.digest limit $5`,
    [
      page.namespaceId,
      `${page.unusedMs} milliseconds`,
      page.after.repositoryId,
      page.after.digest,
      page.limit,
    ],
  );
  return found.rows;
}

/** Blobs that no repository has any more. Under the space's lock: nobody makes a link meanwhile. */
export async function markUnlinked(transaction: Queryable, namespaceId: string): Promise<void> {
  await transaction.query(
    `update registry_blobs b set is_being_removed = true
     where b.namespace_id = $1 and not b.is_being_removed and not exists (
       select from registry_repository_blobs l where l.namespace_id = b.namespace_id and l.digest = b.digest)`,
    [namespaceId],
  );
}

export async function listBlobsUnlinked(
  database: Queryable,
  namespaceId: string,
  limit: number,
): Promise<string[]> {
  const found = await database.query<{ digest: string }>(
    "select digest from registry_blobs where namespace_id = $1 and is_being_removed order by digest limit $2",
    [namespaceId, limit],
  );
  return found.rows.map(({ digest }) => digest);
}

export async function isBlobBeingRemoved(
  transaction: Queryable,
  namespaceId: string,
  digest: string,
): Promise<boolean> {
  const found = await transaction.query(
    "select from registry_blobs where namespace_id = $1 and digest = $2 and is_being_removed",
    [namespaceId, digest],
  );
  return found.rowCount === 1;
}

export async function deleteBlobRow(
  transaction: Queryable,
  namespaceId: string,
  digest: string,
): Promise<void> {
  await transaction.query("delete from registry_blobs where namespace_id = $1 and digest = $2", [
    namespaceId,
    digest,
  ]);
}

export async function hasBlobRow(
  transaction: Queryable,
  namespaceId: string,
  digest: string,
): Promise<boolean> {
  const found = await transaction.query(
    "select from registry_blobs where namespace_id = $1 and digest = $2",
    [namespaceId, digest],
  );
  return found.rowCount === 1;
}

const IS_EMPTY = `not exists (select from registry_manifests m where m.repository_id = r.id)
  and not exists (select from registry_repository_blobs l where l.repository_id = r.id)
  and not exists (select from registry_uploads u where u.repository_id = r.id)`;

/** Under the space's lock. Looked at again when they are held: a manifest may have come in between. */
export async function deleteEmptyRepositories(transaction: Queryable, namespaceId: string): Promise<void> {
  const held = await transaction.query<{ id: string }>(
    `select r.id from registry_repositories r where r.namespace_id = $1 and ${IS_EMPTY} for update skip locked`,
    [namespaceId],
  );
  if (held.rows.length === 0) return;
  await transaction.query(`delete from registry_repositories r where r.id = any($1) and ${IS_EMPTY}`, [
    held.rows.map(({ id }) => id),
  ]);
}

/** As lockSpace, where the namespace may be gone: then nobody can push into it. */
export async function holdSpace(transaction: Queryable, namespaceId: string): Promise<void> {
  await transaction.query("select from registry_spaces where namespace_id = $1 for update", [namespaceId]);
}
