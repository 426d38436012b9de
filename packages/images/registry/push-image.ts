import type { Image } from "../image/build-image.ts";
import { MEDIA_TYPES } from "../image/manifest.ts";
import { type Blob, checkDigest, hasBlob, type Repository, uploadBlob } from "./blobs.ts";

export interface PushOptions {
  to: Repository;
  /** Where the base's layers are read, if they are missing. */
  baseFrom: Repository;
  tag?: string;
  chunkBytes?: number;
  onProgress?: (progress: PushProgress) => void;
}

export interface PushProgress {
  /** That were sent or mounted, of those that were missing. */
  bytes: number;
  bytesTotal: number;
}

export interface Pushed {
  digest: string;
  /** Zero when the registry had all of it. */
  bytesUploaded: number;
}

/** Blobs that are asked for or sent at a time. */
const AT_ONCE = 3;

/** Brings an image to a registry: only what is missing there travels, the manifest last. @throws FlowwError REGISTRY_* */
export async function pushImage(image: Image, options: PushOptions): Promise<Pushed> {
  const { to } = options;
  if (await hasManifest(to, image.digest, options.tag)) return { digest: image.digest, bytesUploaded: 0 };
  const blobs = distinct([
    ...image.base.layers.map(({ digest, size }) => ({ digest, bytes: size, from: options.baseFrom })),
    ...image.layers,
    image.config,
  ]);
  const isThere = await inTurns(blobs, (blob) => hasBlob(to, blob));
  const missing = blobs.filter((_, index) => !isThere[index]);
  const progress = { bytes: 0, bytesTotal: missing.reduce((sum, { bytes }) => sum + bytes, 0) };
  const isSameRegistry = options.baseFrom.registry.host === to.registry.host;
  options.onProgress?.({ ...progress });
  await inTurns(missing, (blob) =>
    uploadBlob(to, blob, {
      ...(isSameRegistry && blob.from === options.baseFrom ? { mountFrom: options.baseFrom.repository } : {}),
      ...(options.chunkBytes === undefined ? {} : { chunkBytes: options.chunkBytes }),
      onBytes: (bytes) => {
        progress.bytes += bytes;
        options.onProgress?.({ ...progress });
      },
    }),
  );
  for (const name of [image.digest, ...(options.tag === undefined ? [] : [options.tag])])
    await putManifest(to, image, name);
  return { digest: image.digest, bytesUploaded: progress.bytesTotal + image.manifest.byteLength };
}

/** A registry takes a manifest only when it has what it names, so that one question answers for all. */
async function hasManifest(
  { registry, repository }: Repository,
  digest: string,
  tag = digest,
): Promise<boolean> {
  const answer = await registry.send(`/v2/${repository}/manifests/${tag}`, {
    method: "HEAD",
    headers: { accept: MEDIA_TYPES.manifest },
  });
  answer.body.destroy();
  if (answer.status === 404) return false;
  if (answer.status !== 200) throw await registry.refused(answer, `whether it has ${digest}`);
  return tag === digest || answer.headers["docker-content-digest"] === digest;
}

async function putManifest({ registry, repository }: Repository, image: Image, name: string): Promise<void> {
  const answer = await registry.send(`/v2/${repository}/manifests/${name}`, {
    method: "PUT",
    headers: { "content-type": MEDIA_TYPES.manifest, "content-length": image.manifest.byteLength },
    body: image.manifest,
  });
  if (answer.status !== 201) throw await registry.refused(answer, `the manifest ${image.digest}`);
  answer.body.resume();
  checkDigest(registry, image.digest, answer.headers["docker-content-digest"]);
}

function distinct(blobs: readonly Blob[]): Blob[] {
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}

/** The first failure ends it; what is under way is waited for, so that nothing goes on behind the caller. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  const left = items.entries();
  let isFailed = false;
  const lane = async () => {
    for (const [index, item] of left) {
      if (isFailed) return;
      results[index] = await work(item).catch((error: unknown) => {
        isFailed = true;
        throw error;
      });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
  const failed = ended.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return results;
}
