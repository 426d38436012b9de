import type { Readable } from "node:stream";
import { FlowwError } from "@floww/contract/errors";
import { findManifest } from "./manifest-store.ts";
import { readDigest, readRepositoryName } from "./names.ts";
import type { Registry } from "./registry.ts";
import { findRepository } from "./store.ts";

export interface StoredImage {
  manifest: Buffer;
  blob(digest: string): Promise<Readable>;
}

/**
 * An image of a namespace's own, for the runtimes of this server: `<repository>@<digest>`.
 *
 * @throws FlowwError REGISTRY_MANIFEST_UNKNOWN; for another namespace's too
 */
export async function readImage(
  { database, content }: Pick<Registry, "database" | "content">,
  namespaceId: string,
  reference: string,
): Promise<StoredImage> {
  const [text = "", digest = ""] = reference.split("@");
  const name = readRepositoryName(text);
  const unknown = () =>
    new FlowwError("REGISTRY_MANIFEST_UNKNOWN", `This namespace's registry has no image ${reference}.`);
  if (name.namespaceId !== namespaceId) throw unknown();
  const repositoryId = await findRepository(database, name);
  if (repositoryId === undefined) throw unknown();
  const found = await findManifest(database, repositoryId, { digest: readDigest(digest).text });
  if (found === undefined) throw unknown();
  return { manifest: found.content, blob: (blob) => content.open(name, readDigest(blob)) };
}
