import type { Queryable } from "../../platform/db/database.ts";

export interface Manifest {
  digest: string;
  mediaType: string;
  content: Buffer;
}

export type ManifestHead = Omit<Manifest, "content"> & { bytes: number };

const HEAD = 'm.digest, m.media_type as "mediaType", m.bytes';

export type ByReference = { digest: string } | { tag: string };

export async function findManifest(
  database: Queryable,
  repositoryId: string,
  reference: ByReference,
): Promise<(Manifest & { bytes: number }) | undefined> {
  const found = await database.query<Manifest & { bytes: number }>(
    `select ${HEAD}, m.content from registry_manifests m where ${whereReference(reference)}`,
    [repositoryId, textOf(reference)],
  );
  return found.rows[0];
}

export async function findManifestHead(
  database: Queryable,
  repositoryId: string,
  reference: ByReference,
): Promise<ManifestHead | undefined> {
  const found = await database.query<ManifestHead>(
    `select ${HEAD} from registry_manifests m where ${whereReference(reference)}`,
    [repositoryId, textOf(reference)],
  );
  return found.rows[0];
}

function whereReference(reference: ByReference): string {
  if ("digest" in reference) return "m.repository_id = $1 and m.digest = $2";
  return `m.repository_id = $1 and m.digest =
    (select t.digest from registry_tags t where t.repository_id = $1 and t.name = $2)`;
}

function textOf(reference: ByReference): string {
  return "digest" in reference ? reference.digest : reference.tag;
}

/** Of those, the ones that the repository has, and how many bytes each is. They stay until the transaction ends. */
export async function lockBlobs(
  transaction: Queryable,
  repositoryId: string,
  digests: readonly string[],
): Promise<Map<string, number>> {
  const locked = await transaction.query<{ digest: string; bytes: string }>(
    `select l.digest, b.bytes from registry_repository_blobs l
     join registry_blobs b on b.namespace_id = l.namespace_id and b.digest = l.digest
     where l.repository_id = $1 and l.digest = any($2) order by l.digest for key share of l`,
    [repositoryId, digests],
  );
  return new Map(locked.rows.map(({ digest, bytes }) => [digest, Number(bytes)]));
}

/** The same for manifests. */
export async function lockManifests(
  transaction: Queryable,
  repositoryId: string,
  digests: readonly string[],
): Promise<Map<string, number>> {
  const locked = await transaction.query<{ digest: string; bytes: number }>(
    `select digest, bytes from registry_manifests
     where repository_id = $1 and digest = any($2) order by digest for key share`,
    [repositoryId, digests],
  );
  return new Map(locked.rows.map(({ digest, bytes }) => [digest, bytes]));
}

export interface NewManifest extends Manifest {
  namespaceId: string;
  repositoryId: string;
  subject: string | undefined;
  artifactType: string | undefined;
  descriptor: Buffer | undefined;
  blobs: readonly string[];
  children: readonly string[];
}

/** One that is pushed again stays what it was: equal digests are equal bytes. */
export async function insertManifest(transaction: Queryable, manifest: NewManifest): Promise<void> {
  const { namespaceId, repositoryId, digest, blobs, children } = manifest;
  await transaction.query(
    `insert into registry_manifests
       (namespace_id, repository_id, digest, media_type, content, bytes, subject, artifact_type, descriptor)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (repository_id, digest) do update set pushed_at = now()`,
    [
      namespaceId,
      repositoryId,
      digest,
      manifest.mediaType,
      manifest.content,
      manifest.content.byteLength,
      manifest.subject,
      manifest.artifactType,
      manifest.descriptor,
    ],
  );
  await transaction.query(
    `insert into registry_manifest_blobs (repository_id, manifest_digest, digest)
     select $1, $2, unnest($3::text[]) on conflict do nothing`,
    [repositoryId, digest, blobs],
  );
  await transaction.query(
    `insert into registry_manifest_children (repository_id, manifest_digest, digest)
     select $1, $2, unnest($3::text[]) on conflict do nothing`,
    [repositoryId, digest, children],
  );
}

export async function countOtherTags(
  transaction: Queryable,
  repositoryId: string,
  tags: readonly string[],
): Promise<number> {
  const counted = await transaction.query<{ count: number }>(
    "select count(*)::int as count from registry_tags where repository_id = $1 and name <> all($2)",
    [repositoryId, tags],
  );
  return counted.rows[0]!.count;
}

export async function setTag(
  transaction: Queryable,
  { repositoryId, tag, digest }: { repositoryId: string; tag: string; digest: string },
): Promise<void> {
  await transaction.query(
    `insert into registry_tags (repository_id, name, digest) values ($1, $2, $3)
     on conflict (repository_id, name) do update set digest = excluded.digest, moved_at = now()`,
    [repositoryId, tag, digest],
  );
}

/** False when there is none of this name. */
export async function deleteTag(database: Queryable, repositoryId: string, tag: string): Promise<boolean> {
  const deleted = await database.query("delete from registry_tags where repository_id = $1 and name = $2", [
    repositoryId,
    tag,
  ]);
  return deleted.rowCount === 1;
}

/** Its row is held until the transaction ends. */
export async function lockManifest(
  transaction: Queryable,
  repositoryId: string,
  digest: string,
): Promise<boolean> {
  const locked = await transaction.query(
    "select from registry_manifests where repository_id = $1 and digest = $2 for update",
    [repositoryId, digest],
  );
  return locked.rowCount === 1;
}

/** An index that names it. Asked when its row is held. */
export async function findParent(
  transaction: Queryable,
  repositoryId: string,
  digest: string,
): Promise<string | undefined> {
  const found = await transaction.query<{ digest: string }>(
    `select manifest_digest as digest from registry_manifest_children
     where repository_id = $1 and digest = $2 limit 1`,
    [repositoryId, digest],
  );
  return found.rows[0]?.digest;
}

export async function deleteManifestRow(
  transaction: Queryable,
  repositoryId: string,
  digest: string,
): Promise<void> {
  await transaction.query("delete from registry_manifests where repository_id = $1 and digest = $2", [
    repositoryId,
    digest,
  ]);
}

/** In the order of their bytes. */
export async function listTags(
  database: Queryable,
  repositoryId: string,
  { after, limit }: { after: string; limit: number },
): Promise<string[]> {
  const found = await database.query<{ name: string }>(
    "select name from registry_tags where repository_id = $1 and name > $2 order by name limit $3",
    [repositoryId, after, limit],
  );
  return found.rows.map(({ name }) => name);
}

export interface Referrer {
  digest: string;
  descriptor: Buffer;
}

/** As many as fit into `bytesMax`, and at least one. */
export async function listReferrers(
  database: Queryable,
  repositoryId: string,
  page: { subject: string; artifactType: string | undefined; after: string; limit: number; bytesMax: number },
): Promise<Referrer[]> {
  const found = await database.query<Referrer>(
    `select digest, descriptor from (
       select digest, descriptor,
         sum(octet_length(descriptor)) over (order by digest) - octet_length(descriptor) as before
       from registry_manifests
       where repository_id = $1 and subject = $2 and digest > $3 and ($4::text is null or artifact_type = $4)
     ) as page where before < $5 order by digest limit $6`,
    [repositoryId, page.subject, page.after, page.artifactType, page.bytesMax, page.limit],
  );
  return found.rows;
}
