import { createHash } from "node:crypto";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { FlowwError } from "@floww/contract/errors";
import type { ArtifactAddresses } from "../../blobs/artifact-addresses.ts";
import { refuseDamaged, requireArtifactName } from "../../blobs/artifact-name.ts";
import type { ArtifactStore } from "../../blobs/artifact-store.ts";
import { isTimeout } from "./aws-outage.ts";
import { explainArtifacts, isMissing, isS3Error } from "./s3-errors.ts";
import { listVersions, type ObjectName, type ObjectVersions } from "./s3-versions.ts";

export interface S3ArtifactsOptions {
  client: S3Client;
  bucket: string;
  /** Before the names of objects, with its slash: `floww/`; empty for none. */
  prefix: string;
  /** Tests have clocks of their own. */
  now?: () => number;
  /** For a whole operation with its attempts; default 120 s. */
  operationMsMax?: number;
}

const ADDRESS_SECONDS = 60;
/** One that was put since then is not written again: its version is young for whoever collects. */
const FRESH_MS = 5 * 60_000;
/** Longer than any big artifact takes; what hangs must not hold its caller for ever. */
const OPERATION_MS_MAX = 120_000;
/** Of an object whose bytes broke off on their way: asked for again at once. */
const READS_MAX = 3;

/**
 * `<prefix><namespace>/<sha256>`, in a bucket with versioning. That is what collecting stands on: a delete puts a marker
 * over the versions that are there, and whoever puts the same bytes then makes a version above it. What is removed for good
 * is named by its version and was listed before anybody was asked, so that nothing put since can be hit. S3 is strongly
 * consistent for all of this; see docs/artifacts.md.
 */
export class S3Artifacts implements ArtifactStore, ArtifactAddresses {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #now: () => number;
  readonly #operationMsMax: number;

  constructor({
    client,
    bucket,
    prefix,
    now = Date.now,
    operationMsMax = OPERATION_MS_MAX,
  }: S3ArtifactsOptions) {
    this.#operationMsMax = operationMsMax;
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#now = now;
  }

  async put(namespaceId: string, bytes: Uint8Array): Promise<string> {
    const digest = createHash("sha256").update(bytes).digest();
    const hash = digest.toString("hex");
    const name = this.#name(namespaceId, hash);
    // S3 hashes what came and refuses other bytes.
    const object = { ...name, Body: bytes, ChecksumSHA256: digest.toString("base64") };
    const isNew = await this.#within((options) =>
      this.#client.send(new PutObjectCommand({ ...object, IfNoneMatch: "*" }), options),
    ).then(
      () => true,
      (error: unknown) => {
        // Somebody was faster, or it is being written or hidden at this moment.
        if (isS3Error(error, "PreconditionFailed", "ConditionalRequestConflict")) return false;
        return explainArtifacts(error);
      },
    );
    if (isNew) return hash;
    const present = await this.#head(name);
    if (present !== undefined && this.#now() - present.writtenAt < FRESH_MS) return hash;
    // Young again: what is about to be collected is not, when it is put once more.
    await this.#send((options) => this.#client.send(new PutObjectCommand(object), options));
    if (present?.versionId !== undefined) await this.#remove(name, present.versionId);
    return hash;
  }

  async get(namespaceId: string, hash: string): Promise<Buffer> {
    const name = this.#name(namespaceId, hash);
    const bytes =
      (await this.#read(name)) ??
      // Out of sight while it is decided whether somebody wants it.
      (await this.#readHidden(name)) ??
      // Between the two looks it may have been brought back.
      (await this.#read(name));
    if (bytes === undefined) throw new FlowwError("NOT_FOUND", `There is no artifact ${hash}.`);
    refuseDamaged(bytes, hash);
    return bytes;
  }

  async has(namespaceId: string, hash: string): Promise<boolean> {
    return (await this.#head(this.#name(namespaceId, hash))) !== undefined;
  }

  async sizeOf(namespaceId: string, hash: string): Promise<number> {
    return (await this.#head(this.#name(namespaceId, hash)))?.size ?? 0;
  }

  async addressOf(namespaceId: string, hash: string): Promise<URL> {
    const command = new GetObjectCommand(this.#name(namespaceId, hash));
    return new URL(await getSignedUrl(this.#client, command, { expiresIn: ADDRESS_SECONDS }));
  }

  async collect(
    namespaceId: string,
    hash: string,
    { olderThanMs, isWanted }: { olderThanMs: number; isWanted(): Promise<boolean> },
  ): Promise<boolean> {
    const name = this.#name(namespaceId, hash);
    const found = await this.#list(name);
    const isYoung = found.versions.some(({ writtenAt }) => this.#now() - writtenAt < olderThanMs);
    if (found.isVisible && isYoung) return false;
    const markers = found.markers.map(({ id }) => id);
    if (found.isVisible) {
      const hidden = await this.#send((options) => this.#client.send(new DeleteObjectCommand(name), options));
      if (hidden?.VersionId !== undefined) markers.push(hidden.VersionId);
    }
    const isKept = isYoung || (await isWanted());
    // What was put after the list is not in it, and comes into sight with the marker's end where it lies below one.
    if (!isKept) for (const { id } of found.versions) await this.#remove(name, id);
    for (const id of markers) await this.#remove(name, id);
    return !found.isTruncated;
  }

  /** For good; a version that is gone already is as it was wanted. */
  async #remove(name: ObjectName, versionId: string): Promise<void> {
    const command = new DeleteObjectCommand({ ...name, VersionId: versionId });
    await this.#send((options) => this.#client.send(command, options));
  }

  async #head(
    name: ObjectName,
  ): Promise<{ size: number; writtenAt: number; versionId: string | undefined } | undefined> {
    const found = await this.#send((options) => this.#client.send(new HeadObjectCommand(name), options));
    if (found === undefined) return undefined;
    const { ContentLength: size = 0, LastModified, VersionId: versionId } = found;
    return { size, writtenAt: LastModified?.getTime() ?? 0, versionId };
  }

  /** Undefined for one that is not in sight. */
  async #read(name: ObjectName, VersionId?: string): Promise<Buffer | undefined> {
    for (let read = 1; ; read++) {
      try {
        return await this.#within(async (options) => {
          const command = new GetObjectCommand({ ...name, VersionId, ChecksumMode: "ENABLED" });
          const { Body } = await this.#client.send(command, options);
          return Buffer.from((await Body?.transformToByteArray()) ?? []);
        });
      } catch (error) {
        if (isMissing(error)) return undefined;
        const isAnswer = (error as { $fault?: unknown }).$fault !== undefined;
        if (isAnswer || isTimeout(error) || read === READS_MAX) return explainArtifacts(error);
      }
    }
  }

  async #readHidden(name: ObjectName): Promise<Buffer | undefined> {
    const [newest] = (await this.#list(name)).versions;
    return newest === undefined ? undefined : this.#read(name, newest.id);
  }

  async #list(name: ObjectName): Promise<ObjectVersions> {
    return this.#within((options) => listVersions(this.#client, name, options)).catch(explainArtifacts);
  }

  /** Undefined when it is not there. @throws FlowwError ARTIFACTS_UNAVAILABLE */
  async #send<T>(send: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T | undefined> {
    return this.#within(send).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      return explainArtifacts(error);
    });
  }

  #name(namespaceId: string, hash: string): ObjectName {
    requireArtifactName(namespaceId, hash);
    return { Bucket: this.#bucket, Key: `${this.#prefix}${namespaceId}/${hash}` };
  }

  #within<T>(work: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    return work({ abortSignal: AbortSignal.timeout(this.#operationMsMax) });
  }
}
