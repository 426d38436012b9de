import { createHash, type Hash } from "node:crypto";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  BatchCheckLayerAvailabilityCommand,
  BatchDeleteImageCommand,
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  type ECRClient,
  GetDownloadUrlForLayerCommand,
  InitiateLayerUploadCommand,
  PutImageCommand,
  UploadLayerPartCommand,
} from "@aws-sdk/client-ecr";
import { FlowwError } from "@floww/contract/errors";
import type {
  ContentPiece,
  ContentPlace,
  ContentStore,
  FoundContent,
  StoredManifest,
} from "../../blobs/content-store.ts";
import type { Digest } from "../../blobs/digest.ts";
import { explainOutage, isEcrError, lastValidByteOf } from "./ecr-errors.ts";
import { UploadTails } from "./upload-tails.ts";

export interface EcrContentOptions {
  client: ECRClient;
  /** Before the names of our repositories: `floww` gives `floww/<namespace>/<repository>`. */
  prefix: string;
  /** Holds what of an upload is too little to be sent yet. */
  folder: string;
}

/** ECR takes no part below 5 MiB but the last, and none above 20. */
const PART_BYTES = 5 * 1024 * 1024;
/** Uploads whose running hash is kept; those of others are checked by ECR alone. */
const HASHES_MAX = 1_000;
/** What ECR allows in a name: single separators only. */
const NAME = /^[a-z0-9]+([._-][a-z0-9]+)*(\/[a-z0-9]+([._-][a-z0-9]+)*)*$/;
const NAME_MAX = 256;

/**
 * The bytes of a registry in Amazon ECR, where AWS Lambda reads them. They are sent on in parts while they come in; who may
 * push is decided before, and no client ever holds a credential of ECR's. ECR itself forgets layers that no image names.
 */
export class EcrContent implements ContentStore {
  readonly pieceBytesMin = 0;
  readonly #client: ECRClient;
  readonly #prefix: string;
  readonly #tails: UploadTails;
  readonly #hashes = new Map<string, { hash: Hash; bytes: number }>();
  /** Repositories that are known to be there. */
  readonly #made = new Set<string>();

  constructor({ client, prefix, folder }: EcrContentOptions) {
    this.#client = client;
    // Around every command, after the client's own attempts.
    client.middlewareStack.add((next) => (args) => next(args).catch(explainOutage), {
      step: "initialize",
      name: "explain-outage",
      override: true,
    });
    this.#prefix = prefix;
    this.#tails = new UploadTails(join(folder, "ecr-uploads"));
  }

  async begin(place: ContentPlace): Promise<string> {
    const repositoryName = this.#nameOf(place);
    await this.#ensureRepository(repositoryName);
    const { uploadId } = await this.#client.send(new InitiateLayerUploadCommand({ repositoryName }));
    if (uploadId === undefined) throw new TypeError("ECR gave the upload no id.");
    await this.#tails.create(place.namespaceId, uploadId);
    this.#remember(uploadId, createHash("sha256"), 0);
    return uploadId;
  }

  async append(
    place: ContentPlace,
    upload: string,
    { offset, source }: ContentPiece,
    onKept: (offset: number) => void,
  ): Promise<number> {
    const tail = await this.#tails.read(place.namespaceId, upload);
    const known = this.#hashes.get(upload);
    this.#hashes.delete(upload);
    const hash = known?.bytes === offset ? known.hash : undefined;
    let waiting: Uint8Array[] = [tail];
    let waitingBytes = tail.byteLength;
    let sentBytes = offset - tail.byteLength;
    let at = offset;
    try {
      for await (const chunk of source) {
        waiting.push(chunk);
        waitingBytes += chunk.byteLength;
        if (waitingBytes >= PART_BYTES) {
          await this.#sendPart(place, upload, sentBytes, Buffer.concat(waiting));
          sentBytes += waitingBytes;
          waiting = [];
          waitingBytes = 0;
        }
        hash?.update(chunk);
        at += chunk.byteLength;
        onKept(at);
      }
    } finally {
      // Also when the source broke or ECR did: exactly what was said to be kept is.
      const kept = Buffer.concat(waiting).subarray(0, at - sentBytes);
      await this.#tails.write(place.namespaceId, upload, kept);
      if (hash !== undefined) this.#remember(upload, hash, at);
    }
    return at;
  }

  async seal(
    place: ContentPlace,
    upload: string,
    { digest, bytes }: { digest: Digest; bytes: number },
  ): Promise<void> {
    refuseOtherThanSha256(digest);
    if (bytes === 0) throw new FlowwError("REGISTRY_UPLOAD_INVALID", "Amazon ECR takes no empty blob.");
    const known = this.#hashes.get(upload);
    const found = known?.bytes === bytes ? known.hash.copy().digest("hex") : undefined;
    if (found !== undefined && found !== digest.hex)
      throw new FlowwError("REGISTRY_DIGEST_INVALID", `The content is sha256:${found}.`);
    const tail = await this.#tails.read(place.namespaceId, upload);
    if (tail.byteLength > 0) {
      await this.#sendPart(place, upload, bytes - tail.byteLength, tail);
      await this.#tails.write(place.namespaceId, upload, Buffer.alloc(0));
    }
    await this.#completeLayer(this.#nameOf(place), upload, digest);
  }

  /** Here and not in complete(): ECR takes its time over a large one, and nobody should wait for that. */
  async #completeLayer(repositoryName: string, upload: string, digest: Digest): Promise<void> {
    const completed = await this.#client
      .send(new CompleteLayerUploadCommand({ repositoryName, uploadId: upload, layerDigests: [digest.text] }))
      .catch((error: unknown) => this.#explainCompleted(error, repositoryName, digest));
    if (completed?.layerDigest !== undefined && completed.layerDigest !== digest.text)
      throw new FlowwError("REGISTRY_DIGEST_INVALID", `The content is ${completed.layerDigest}.`);
  }

  async complete(place: ContentPlace, upload: string): Promise<void> {
    this.#hashes.delete(upload);
    await this.#tails.remove(place.namespaceId, upload);
  }

  async #explainCompleted(error: unknown, repositoryName: string, digest: Digest): Promise<undefined> {
    if (isEcrError(error, "LayerAlreadyExistsException")) return undefined;
    // Asked for a second time, when what came after it failed: ECR has it already.
    const isGone = isEcrError(error, "UploadNotFoundException");
    if (isGone && (await this.#hasLayer(repositoryName, digest))) return undefined;
    if (isGone) throw new FlowwError("REGISTRY_UPLOAD_UNKNOWN", undefined, { cause: error });
    if (isEcrError(error, "InvalidLayerException"))
      throw new FlowwError("REGISTRY_DIGEST_INVALID", undefined, { cause: error });
    throw error;
  }

  async #hasLayer(repositoryName: string, digest: Digest): Promise<boolean> {
    const { layers = [] } = await this.#client.send(
      new BatchCheckLayerAvailabilityCommand({ repositoryName, layerDigests: [digest.text] }),
    );
    return layers.some(
      ({ layerDigest, layerAvailability }) =>
        layerDigest === digest.text && layerAvailability === "AVAILABLE",
    );
  }

  /** ECR forgets by itself what is never completed. */
  async abandon(place: ContentPlace, upload: string): Promise<void> {
    this.#hashes.delete(upload);
    await this.#tails.remove(place.namespaceId, upload);
  }

  async open(place: ContentPlace, digest: Digest, range?: { start: number; end: number }): Promise<Readable> {
    const missing = (cause: unknown) =>
      new FlowwError("REGISTRY_BLOB_UNKNOWN", `Amazon ECR does not have ${digest.text}.`, { cause });
    const { downloadUrl } = await this.#client
      .send(
        new GetDownloadUrlForLayerCommand({
          repositoryName: this.#nameOf(place),
          layerDigest: digest.text,
        }),
      )
      .catch((error: unknown) => {
        throw isEcrError(
          error,
          "LayersNotFoundException",
          "LayerInaccessibleException",
          "RepositoryNotFoundException",
        )
          ? missing(error)
          : error;
      });
    const headers: Record<string, string> =
      range === undefined ? {} : { range: `bytes=${range.start}-${range.end}` };
    const answer = await fetch(downloadUrl ?? "", { headers });
    if (answer.status !== (range === undefined ? 200 : 206) || answer.body === null)
      throw missing(new TypeError(`The layer's address answered ${answer.status}.`));
    return Readable.from(answer.body);
  }

  /** Its layers are a repository's own. */
  async link(): Promise<boolean> {
    return false;
  }

  async remove(): Promise<void> {}

  /**
   * With a tag of ours besides: ECR deletes an image with its last tag, and a digest must outlive the tags that move.
   */
  async putManifest(place: ContentPlace, manifest: StoredManifest): Promise<void> {
    refuseOtherThanSha256(manifest.digest);
    const repositoryName = this.#nameOf(place);
    await this.#ensureRepository(repositoryName);
    for (const imageTag of [keeperOf(manifest.digest), ...manifest.tags]) {
      await this.#client
        .send(
          new PutImageCommand({
            repositoryName,
            imageTag,
            imageDigest: manifest.digest.text,
            imageManifest: manifest.content.toString("utf8"),
            imageManifestMediaType: manifest.mediaType,
          }),
        )
        .catch(explainImage);
    }
  }

  async removeManifest(place: ContentPlace, digest: Digest): Promise<void> {
    await this.#deleteImage(place, { imageDigest: digest.text });
  }

  async removeTag(place: ContentPlace, tag: string): Promise<void> {
    await this.#deleteImage(place, { imageTag: tag });
  }

  /** What is not there is told in `failures`, and is as it was wanted. */
  async #deleteImage(
    place: ContentPlace,
    imageId: { imageDigest: string } | { imageTag: string },
  ): Promise<void> {
    const repositoryName = this.#nameOf(place);
    const { failures = [] } = await this.#client.send(
      new BatchDeleteImageCommand({ repositoryName, imageIds: [imageId] }),
    );
    const failure = failures.find(({ failureCode }) => failureCode !== "ImageNotFound");
    if (failure !== undefined)
      throw new FlowwError("REGISTRY_IN_USE", `Amazon ECR keeps the image: ${failure.failureReason}.`);
  }

  listOld(olderThanMs: number): AsyncIterable<FoundContent> {
    return this.#tails.listOld(olderThanMs);
  }

  async #sendPart(
    place: ContentPlace,
    upload: string,
    firstByte: number,
    content: Uint8Array,
  ): Promise<void> {
    const lastByte = firstByte + content.byteLength - 1;
    await this.#client
      .send(
        new UploadLayerPartCommand({
          repositoryName: this.#nameOf(place),
          uploadId: upload,
          partFirstByte: firstByte,
          partLastByte: lastByte,
          layerPartBlob: content,
        }),
      )
      .catch((error: unknown) => {
        // Sent twice, for the first answer got lost.
        if (lastValidByteOf(error) === lastByte) return;
        if (isEcrError(error, "UploadNotFoundException", "InvalidLayerPartException"))
          throw new FlowwError("REGISTRY_UPLOAD_UNKNOWN", undefined, { cause: error });
        throw error;
      });
  }

  async #ensureRepository(repositoryName: string): Promise<void> {
    if (this.#made.has(repositoryName)) return;
    await this.#client.send(new CreateRepositoryCommand({ repositoryName })).catch((error: unknown) => {
      if (!isEcrError(error, "RepositoryAlreadyExistsException")) throw error;
    });
    this.#made.add(repositoryName);
  }

  /** @throws FlowwError REGISTRY_NAME_INVALID */
  #nameOf({ namespaceId, repository }: ContentPlace): string {
    const name = `${this.#prefix}/${namespaceId}/${repository}`;
    if (NAME.test(name) && name.length <= NAME_MAX) return name;
    throw new FlowwError(
      "REGISTRY_NAME_INVALID",
      `Amazon ECR takes no repository called ${JSON.stringify(repository)}: single separators, and not so long.`,
    );
  }

  #remember(upload: string, hash: Hash, bytes: number): void {
    this.#hashes.set(upload, { hash, bytes });
    const [oldest] = this.#hashes.keys();
    if (this.#hashes.size > HASHES_MAX && oldest !== undefined) this.#hashes.delete(oldest);
  }
}

function refuseOtherThanSha256(digest: Digest): void {
  if (digest.algorithm !== "sha256")
    throw new FlowwError("REGISTRY_DIGEST_INVALID", "Amazon ECR takes digests of SHA-256 only.");
}

function keeperOf({ hex }: Digest): string {
  return `floww.${hex.slice(0, 32)}`;
}

function explainImage(error: unknown): void {
  if (isEcrError(error, "ImageAlreadyExistsException")) return;
  if (isEcrError(error, "LayersNotFoundException", "ReferencedImagesNotFoundException"))
    throw new FlowwError("REGISTRY_MANIFEST_BLOB_UNKNOWN", undefined, { cause: error });
  if (isEcrError(error, "InvalidParameterException", "ImageDigestDoesNotMatchException"))
    throw new FlowwError("REGISTRY_MANIFEST_INVALID", "Amazon ECR does not take this manifest.", {
      cause: error,
    });
  throw error;
}
