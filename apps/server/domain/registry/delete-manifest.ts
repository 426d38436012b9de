import { FlowwError } from "@floww/contract/errors";
import type { Digest } from "../../platform/blobs/digest.ts";
import { isForeignKeyViolation } from "../../platform/db/database.ts";
import { deleteManifestRow, deleteTag, findParent, lockManifest } from "./manifest-store.ts";
import type { Reference, RepositoryName } from "./names.ts";
import type { Registry } from "./registry.ts";
import { getRepository } from "./store.ts";

/**
 * By a tag: that tag. By a digest: the manifest and all its tags; its blobs go later, when nothing else names them.
 *
 * @throws FlowwError REGISTRY_MANIFEST_UNKNOWN, REGISTRY_IN_USE for one that an index or a runtime needs
 */
export async function deleteManifest(
  registry: Registry,
  name: RepositoryName,
  reference: Reference,
): Promise<void> {
  const { database, content } = registry;
  const repositoryId = await getRepository(database, name);
  if ("tag" in reference) {
    if (!(await deleteTag(database, repositoryId, reference.tag)))
      throw new FlowwError("REGISTRY_MANIFEST_UNKNOWN");
    await content.removeTag(name, reference.tag);
    return;
  }
  const { digest } = reference;
  try {
    await deleteByDigest(registry, { name, repositoryId, digest });
  } catch (error) {
    // An index that named it in the same moment.
    if (isForeignKeyViolation(error)) throw new FlowwError("REGISTRY_IN_USE", undefined, { cause: error });
    throw error;
  }
}

function deleteByDigest(
  { database, content, isWanted }: Registry,
  { name, repositoryId, digest }: { name: RepositoryName; repositoryId: string; digest: Digest },
): Promise<void> {
  return database.transaction(async (transaction) => {
    if (!(await lockManifest(transaction, repositoryId, digest.text)))
      throw new FlowwError("REGISTRY_MANIFEST_UNKNOWN");
    const parent = await findParent(transaction, repositoryId, digest.text);
    if (parent !== undefined) throw new FlowwError("REGISTRY_IN_USE", `The index ${parent} names it.`);
    if (await isWanted(name.namespaceId, digest.text))
      throw new FlowwError("REGISTRY_IN_USE", "A runtime runs this image.");
    await deleteManifestRow(transaction, repositoryId, digest.text);
    await content.removeManifest(name, digest);
  });
}
