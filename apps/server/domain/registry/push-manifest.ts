import { createHash } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import { type Digest, parseDigest } from "../../platform/blobs/digest.ts";
import type { Queryable } from "../../platform/db/database.ts";
import { countOtherTags, insertManifest, lockBlobs, lockManifests, setTag } from "./manifest-store.ts";
import type { Reference, RepositoryName } from "./names.ts";
import { type NamedContent, type ParsedManifest, parseManifest } from "./parse-manifest.ts";
import type { Registry } from "./registry.ts";
import { ensureRepository, findUsage, refuseOverfull } from "./store.ts";

export interface PushedManifest {
  reference: Reference;
  /** Set besides the reference's own. */
  tags: readonly string[];
  content: Buffer;
  contentType: string | undefined;
}

/**
 * Records a manifest whose parts the repository has, with its tags, in one transaction: a tag never leads to half an image.
 *
 * @throws FlowwError REGISTRY_MANIFEST_INVALID, REGISTRY_MANIFEST_BLOB_UNKNOWN, REGISTRY_DIGEST_INVALID, REGISTRY_FULL,
 *   REGISTRY_LIMIT
 */
export async function pushManifest(
  { database, content: store }: Registry,
  name: RepositoryName,
  { reference, tags: extraTags, content, contentType }: PushedManifest,
): Promise<{ digest: Digest; subject: string | undefined; tags: string[] }> {
  const digest = digestOf(content, reference);
  const parsed = parseManifest(content, contentType);
  const tags = [...new Set("tag" in reference ? [reference.tag, ...extraTags] : extraTags)];
  await database.transaction(async (transaction) => {
    const { bytesMax, keptBytes } = await findUsage(transaction, name.namespaceId);
    refuseOverfull(keptBytes + content.byteLength, bytesMax);
    const repositoryId = await ensureRepository(transaction, name);
    const named = await lockNamed(transaction, repositoryId, parsed);
    await insertManifest(transaction, {
      namespaceId: name.namespaceId,
      repositoryId,
      digest: digest.text,
      mediaType: parsed.mediaType,
      content,
      subject: parsed.subject,
      artifactType: parsed.artifactType,
      descriptor: parsed.subject === undefined ? undefined : describe(digest, content, parsed),
      ...named,
    });
    await setTags(transaction, { repositoryId, tags, digest });
    await store.putManifest(name, { digest, mediaType: parsed.mediaType, content, tags });
  });
  return { digest, subject: parsed.subject, tags };
}

/** By a tag it gets SHA-256; by a digest it must have that one. */
function digestOf(content: Buffer, reference: Reference): Digest {
  const wanted = "digest" in reference ? reference.digest : undefined;
  const algorithm = wanted?.algorithm ?? "sha256";
  const hex = createHash(algorithm).update(content).digest("hex");
  if (wanted !== undefined && wanted.hex !== hex)
    throw new FlowwError("REGISTRY_DIGEST_INVALID", `The manifest is ${algorithm}:${hex}.`);
  return parseDigest(`${algorithm}:${hex}`)!;
}

/** Everything that the manifest names and that must be here, held until the commit. */
async function lockNamed(
  transaction: Queryable,
  repositoryId: string,
  parsed: ParsedManifest,
): Promise<{ blobs: string[]; children: string[] }> {
  const candidates = [...parsed.blobs, ...parsed.blobsElsewhere, ...parsed.either];
  const blobs = await lockBlobs(transaction, repositoryId, candidates.map(digestText));
  const manifests = [...parsed.manifests, ...parsed.either];
  const children = await lockManifests(transaction, repositoryId, manifests.map(digestText));
  for (const one of parsed.blobs) refuseUnlike("blob", one, blobs.get(one.digest));
  for (const one of parsed.blobsElsewhere) {
    const bytes = blobs.get(one.digest);
    if (bytes !== undefined) refuseUnlike("blob", one, bytes);
  }
  for (const one of parsed.manifests) refuseUnlike("manifest", one, children.get(one.digest));
  for (const one of parsed.either)
    refuseUnlike("content", one, blobs.get(one.digest) ?? children.get(one.digest));
  return { blobs: [...blobs.keys()], children: [...children.keys()] };
}

function digestText({ digest }: NamedContent): string {
  return digest;
}

function refuseUnlike(kind: string, { digest, bytes }: NamedContent, presentBytes: number | undefined): void {
  if (presentBytes === undefined)
    throw new FlowwError(
      "REGISTRY_MANIFEST_BLOB_UNKNOWN",
      `The ${kind} ${digest} is not in this repository.`,
    );
  if (presentBytes !== bytes)
    throw new FlowwError(
      "REGISTRY_MANIFEST_INVALID",
      `The ${kind} ${digest} has ${presentBytes} bytes; the manifest says ${bytes}.`,
    );
}

/** As the list of referrers shows it. */
function describe(digest: Digest, content: Buffer, parsed: ParsedManifest): Buffer {
  const { mediaType, artifactType, annotations } = parsed;
  return Buffer.from(
    JSON.stringify({
      mediaType,
      digest: digest.text,
      size: content.byteLength,
      ...(artifactType === undefined ? {} : { artifactType }),
      ...(annotations === undefined ? {} : { annotations }),
    }),
  );
}

async function setTags(
  transaction: Queryable,
  { repositoryId, tags, digest }: { repositoryId: string; tags: readonly string[]; digest: Digest },
): Promise<void> {
  if (tags.length === 0) return;
  const others = await countOtherTags(transaction, repositoryId, tags);
  if (others + tags.length > limits.registryTagsPerRepositoryMax)
    throw new FlowwError(
      "REGISTRY_LIMIT",
      `A repository has at most ${limits.registryTagsPerRepositoryMax} tags.`,
    );
  // In one order, whoever sets them.
  for (const tag of [...tags].sort()) await setTag(transaction, { repositoryId, tag, digest: digest.text });
}
