import { limits } from "@floww/contract/limits";
import { parseDigest } from "../../platform/blobs/digest.ts";
import {
  deleteBlobRow,
  deleteEmptyRepositories,
  hasBlobRow,
  holdSpace,
  isBlobBeingRemoved,
  listBlobsUnlinked,
  listLinksUnused,
  listNamespaces,
  markUnlinked,
} from "./collect-store.ts";
import type { Registry } from "./registry.ts";
import { deleteLink, findNamingManifest, lockLink, lockSpace } from "./store.ts";
import { deleteUpload, isUploadKnown, listExpiredUploads } from "./upload-store.ts";

/** Held by who collects; and by who copies rows and blobs away, so that none goes between the two. */
export const COLLECT_LOCK = 7_203_413;

const BATCH = 100;
/** What a crash left behind may as well lie there for a day. */
const FORGOTTEN_MS = 24 * 60 * 60 * 1000;

export interface CollectOptions {
  signal: AbortSignal;
  unusedMs?: number;
  uploadIdleMs?: number;
  forgottenMs?: number;
}

/** Removes uploads that nobody finishes, and blobs that no manifest names and nobody asked for in the last hour. */
export async function collectBlobs(
  registry: Registry,
  {
    signal,
    unusedMs = limits.registryUnusedMs,
    uploadIdleMs = limits.registryUploadIdleMs,
    forgottenMs = FORGOTTEN_MS,
  }: CollectOptions,
): Promise<void> {
  const { database } = registry;
  await expireUploads(registry, { signal, uploadIdleMs });
  for (const namespaceId of await listNamespaces(database)) {
    if (signal.aborted) return;
    await unlinkUnused(registry, namespaceId, { signal, unusedMs });
    await removeUnlinked(registry, namespaceId, signal);
    await database.transaction(async (transaction) => {
      await lockSpace(transaction, namespaceId);
      await deleteEmptyRepositories(transaction, namespaceId);
    });
  }
  await removeForgotten(registry, { signal, forgottenMs });
}

async function expireUploads(
  { database, content, uploads }: Registry,
  { signal, uploadIdleMs }: { signal: AbortSignal; uploadIdleMs: number },
): Promise<void> {
  while (!signal.aborted) {
    const expired = await listExpiredUploads(database, uploadIdleMs, BATCH);
    const free = expired.filter(({ id }) => !uploads.isHeld(id));
    for (const upload of free) {
      await deleteUpload(database, upload.id);
      await content.abandon(upload, upload.storeKey);
    }
    if (free.length < BATCH) return;
  }
}

/** One at a time and asked again under its lock: a manifest that names it in this moment is waited for. */
async function unlinkUnused(
  { database }: Registry,
  namespaceId: string,
  { signal, unusedMs }: { signal: AbortSignal; unusedMs: number },
): Promise<void> {
  let after = { repositoryId: "00000000-0000-0000-0000-000000000000", digest: "" };
  while (!signal.aborted) {
    const unused = await listLinksUnused(database, { namespaceId, unusedMs, after, limit: BATCH });
    for (const { repositoryId, digest } of unused) {
      await database.transaction(async (transaction) => {
        await lockSpace(transaction, namespaceId);
        if (!(await lockLink(transaction, repositoryId, digest))) return;
        const naming = await findNamingManifest(transaction, repositoryId, digest);
        if (naming === undefined) await deleteLink(transaction, repositoryId, digest);
      });
    }
    const last = unused.at(-1);
    if (last === undefined || unused.length < BATCH) return;
    after = last;
  }
}

/**
 * First it is said that they go, then the bytes go, then the rows: whatever dies in between, a blob that is said to be there
 * is there. Whoever pushes one of them at this moment waits for the space's lock, and puts it there anew.
 */
async function removeUnlinked(
  { database, content }: Registry,
  namespaceId: string,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const digests = await database.transaction(async (transaction) => {
      await lockSpace(transaction, namespaceId);
      await markUnlinked(transaction, namespaceId);
      return listBlobsUnlinked(transaction, namespaceId, BATCH);
    });
    for (const text of digests) {
      await database.transaction(async (transaction) => {
        await lockSpace(transaction, namespaceId);
        if (!(await isBlobBeingRemoved(transaction, namespaceId, text))) return;
        const digest = parseDigest(text);
        if (digest !== undefined) await content.remove(namespaceId, digest);
        await deleteBlobRow(transaction, namespaceId, text);
      });
    }
    if (digests.length < BATCH) return;
  }
}

async function removeForgotten(
  { database, content }: Registry,
  { signal, forgottenMs }: { signal: AbortSignal; forgottenMs: number },
): Promise<void> {
  for await (const found of content.listOld(forgottenMs)) {
    if (signal.aborted) return;
    const { namespaceId } = found;
    await database.transaction(async (transaction) => {
      await holdSpace(transaction, namespaceId);
      if ("upload" in found) {
        if (await isUploadKnown(transaction, namespaceId, found.upload)) return;
        await content.abandon({ namespaceId, repository: "" }, found.upload);
      } else if (!(await hasBlobRow(transaction, namespaceId, found.digest.text)))
        await content.remove(namespaceId, found.digest);
    });
  }
}
