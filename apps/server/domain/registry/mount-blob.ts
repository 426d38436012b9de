import type { Digest } from "../../platform/blobs/digest.ts";
import type { RepositoryName } from "./names.ts";
import type { Registry } from "./registry.ts";
import { ensureRepository, findBlob, findRepository, linkBlob, lockSpace } from "./store.ts";

/**
 * Makes a blob that another repository of the same namespace has one of this repository's, without its bytes. False when
 * it does not have it, and for every other namespace: its digests are nobody's business.
 */
export function mountBlob(
  { database, content }: Registry,
  to: RepositoryName,
  { from, digest }: { from: RepositoryName; digest: Digest },
): Promise<boolean> {
  const { namespaceId } = to;
  return database.transaction(async (transaction) => {
    if (from.namespaceId !== namespaceId) return false;
    await lockSpace(transaction, namespaceId);
    const sourceId = await findRepository(transaction, from);
    const bytes = sourceId === undefined ? undefined : await findBlob(transaction, sourceId, digest.text);
    if (bytes === undefined || !(await content.link(from, to, digest))) return false;
    const repositoryId = await ensureRepository(transaction, to);
    await linkBlob(transaction, { namespaceId, repositoryId, digest: digest.text });
    return true;
  });
}
