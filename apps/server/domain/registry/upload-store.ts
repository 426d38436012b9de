import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { RepositoryName } from "./names.ts";

export interface Upload {
  id: string;
  repositoryId: string;
  storeKey: string;
  /** That were taken so far. */
  bytes: number;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Under the space's lock. @throws FlowwError REGISTRY_LIMIT */
export async function insertUpload(
  transaction: Queryable,
  upload: { namespaceId: string; repositoryId: string; storeKey: string },
): Promise<Upload> {
  const counted = await transaction.query<{ count: number }>(
    "select count(*)::int as count from registry_uploads where namespace_id = $1",
    [upload.namespaceId],
  );
  if (counted.rows[0]!.count >= limits.registryUploadsMax)
    throw new FlowwError(
      "REGISTRY_LIMIT",
      `A namespace has at most ${limits.registryUploadsMax} uploads under way.`,
    );
  const id = newUuid();
  await transaction.query(
    "insert into registry_uploads (id, namespace_id, repository_id, store_key) values ($1, $2, $3, $4)",
    [id, upload.namespaceId, upload.repositoryId, upload.storeKey],
  );
  return { id, repositoryId: upload.repositoryId, storeKey: upload.storeKey, bytes: 0 };
}

/** Of this very repository: an upload of another one, or of another namespace, is not there. @throws FlowwError REGISTRY_UPLOAD_UNKNOWN */
export async function getUpload(database: Queryable, name: RepositoryName, id: string): Promise<Upload> {
  const found = UUID.test(id)
    ? await database.query<Omit<Upload, "bytes"> & { bytes: string }>(
        `select u.id, u.repository_id as "repositoryId", u.store_key as "storeKey", u.bytes
         from registry_uploads u join registry_repositories r on r.id = u.repository_id
         where u.id = $1 and r.namespace_id = $2 and r.name = $3 and u.written_at > now() - $4::interval`,
        [id, name.namespaceId, name.repository, `${limits.registryUploadIdleMs} milliseconds`],
      )
    : undefined;
  const row = found?.rows[0];
  if (row === undefined) throw new FlowwError("REGISTRY_UPLOAD_UNKNOWN");
  return { ...row, bytes: Number(row.bytes) };
}

/** False when the upload has gone on, or away, in the meantime. */
export async function advanceUpload(
  database: Queryable,
  { id, from, to }: { id: string; from: number; to: number },
): Promise<boolean> {
  const updated = await database.query(
    "update registry_uploads set bytes = $3, written_at = now() where id = $1 and bytes = $2",
    [id, from, to],
  );
  return updated.rowCount === 1;
}

/** False when it was gone already. */
export async function deleteUpload(database: Queryable, id: string): Promise<boolean> {
  const deleted = await database.query("delete from registry_uploads where id = $1", [id]);
  return deleted.rowCount === 1;
}

export interface ExpiredUpload {
  id: string;
  storeKey: string;
  namespaceId: string;
  repository: string;
}

export async function listExpiredUploads(
  database: Queryable,
  idleMs: number,
  limit: number,
): Promise<ExpiredUpload[]> {
  const found = await database.query<ExpiredUpload>(
    `select u.id, u.store_key as "storeKey", u.namespace_id as "namespaceId", r.name as repository
     from registry_uploads u join registry_repositories r on r.id = u.repository_id
     where u.written_at <= now() - $1::interval order by u.written_at limit $2`,
    [`${idleMs} milliseconds`, limit],
  );
  return found.rows;
}

export async function isUploadKnown(
  database: Queryable,
  namespaceId: string,
  storeKey: string,
): Promise<boolean> {
  const found = await database.query(
    "select from registry_uploads where namespace_id = $1 and store_key = $2",
    [namespaceId, storeKey],
  );
  return found.rowCount === 1;
}
