import { FlowwError } from "@floww/contract/errors";
import type { Digest } from "../../platform/blobs/digest.ts";
import type { RepositoryName } from "./names.ts";
import type { Registry } from "./registry.ts";
import { deleteLink, findNamingManifest, getRepository, lockLink, lockSpace } from "./store.ts";

/** Takes the blob from this repository; its bytes go when no other one has it. @throws FlowwError REGISTRY_BLOB_UNKNOWN, REGISTRY_IN_USE */
export function deleteBlob({ database }: Registry, name: RepositoryName, digest: Digest): Promise<void> {
  return database.transaction(async (transaction) => {
    await lockSpace(transaction, name.namespaceId);
    const repositoryId = await getRepository(transaction, name);
    if (!(await lockLink(transaction, repositoryId, digest.text)))
      throw new FlowwError("REGISTRY_BLOB_UNKNOWN");
    const manifest = await findNamingManifest(transaction, repositoryId, digest.text);
    if (manifest !== undefined)
      throw new FlowwError("REGISTRY_IN_USE", `The manifest ${manifest} names this blob.`);
    await deleteLink(transaction, repositoryId, digest.text);
  });
}
