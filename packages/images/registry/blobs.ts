import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline, Readable, Transform } from "node:stream";
import { FlowwError } from "@floww/contract/errors";
import type { Registry } from "./registry.ts";

export interface Repository {
  registry: Registry;
  repository: string;
}

export interface Blob {
  digest: string;
  bytes: number;
  /** Where its bytes are. */
  from: { file: string } | { content: Buffer } | Repository;
}

export interface UploadOptions {
  /** A repository of the same registry that may have it. */
  mountFrom?: string;
  /** Over so many bytes a blob goes up in pieces of that size. */
  chunkBytes?: number;
  onBytes?: (bytes: number) => void;
}

const CHUNK_BYTES = 256 * 1024 * 1024;

export async function hasBlob(
  { registry, repository }: Repository,
  { digest, bytes }: Blob,
): Promise<boolean> {
  const answer = await registry.send(`/v2/${repository}/blobs/${digest}`, { method: "HEAD" });
  answer.body.destroy();
  if (answer.status === 404) return false;
  if (answer.status !== 200) throw await registry.refused(answer, `whether it has ${digest}`);
  const length = Number(answer.headers["content-length"] ?? bytes);
  if (length !== bytes)
    throw new FlowwError(
      "REGISTRY_REFUSED",
      `${registry.host} has ${digest} with ${length} bytes, not ${bytes}.`,
    );
  return true;
}

/** Uploads a blob that is missing, or mounts it. Streamed; nothing is ever whole in memory. @throws FlowwError REGISTRY_* */
export async function uploadBlob(to: Repository, blob: Blob, options: UploadOptions = {}): Promise<void> {
  let counted = 0;
  const onBytes = (bytes: number) => {
    counted += bytes;
    options.onBytes?.(bytes);
  };
  await to.registry.retry(async () => {
    // An attempt begins at nothing, and so does what was counted of it.
    if (counted > 0) options.onBytes?.(-counted);
    counted = 0;
    const opened = await openUpload(to, blob, options.mountFrom);
    if (opened === undefined) return onBytes(blob.bytes);
    const chunkBytes = options.chunkBytes ?? CHUNK_BYTES;
    const place =
      blob.bytes > chunkBytes ? await uploadChunks(to, { blob, opened, chunkBytes, onBytes }) : opened;
    const closing = new URL(place);
    closing.searchParams.set("digest", blob.digest);
    const isSent = blob.bytes > chunkBytes;
    const answer = await to.registry.sendOnce(closing.href, {
      method: "PUT",
      headers: { "content-length": isSent ? 0 : blob.bytes, "content-type": "application/octet-stream" },
      ...(isSent ? {} : { body: () => openBlob(blob, { start: 0, end: blob.bytes }, onBytes) }),
    });
    if (answer.status !== 201) throw await to.registry.refused(answer, `the upload of ${blob.digest}`);
    answer.body.resume();
    checkDigest(to.registry, blob.digest, answer.headers["docker-content-digest"]);
  });
}

export function checkDigest(registry: Registry, digest: string, said: string | string[] | undefined): void {
  if (said !== undefined && said !== digest)
    throw new FlowwError("REGISTRY_REFUSED", `${registry.host} stored ${said} where ${digest} was sent.`);
}

/** Where the bytes go; undefined: the registry had them in the other repository. */
async function openUpload(to: Repository, blob: Blob, mountFrom?: string): Promise<string | undefined> {
  const mount = mountFrom === undefined ? "" : `?mount=${blob.digest}&from=${encodeURIComponent(mountFrom)}`;
  const path = `/v2/${to.repository}/blobs/uploads/${mount}`;
  const answer = await to.registry.sendOnce(path, { method: "POST", headers: { "content-length": 0 } });
  if (answer.status === 201) {
    answer.body.resume();
    return undefined;
  }
  if (answer.status !== 202) throw await to.registry.refused(answer, `an upload to ${to.repository}`);
  answer.body.resume();
  return locationOf(to.registry, answer.headers.location);
}

function locationOf(registry: Registry, location: string | string[] | undefined): string {
  if (typeof location !== "string")
    throw new FlowwError("REGISTRY_REFUSED", `${registry.host} does not say where an upload goes.`);
  const place = new URL(location, registry.origin);
  if (registry.origin.protocol === "https:" && place.protocol !== "https:")
    throw new FlowwError(
      "REGISTRY_REFUSED",
      `${registry.host} wants an upload to ${place.origin}, not encrypted.`,
    );
  return place.href;
}

interface Chunks {
  blob: Blob;
  opened: string;
  chunkBytes: number;
  onBytes: (bytes: number) => void;
}

async function uploadChunks(to: Repository, { blob, opened, chunkBytes, onBytes }: Chunks): Promise<string> {
  let place = opened;
  for (let start = 0; start < blob.bytes; start += chunkBytes) {
    const end = Math.min(start + chunkBytes, blob.bytes);
    const answer = await to.registry.sendOnce(place, {
      method: "PATCH",
      headers: {
        "content-length": end - start,
        "content-range": `${start}-${end - 1}`,
        "content-type": "application/octet-stream",
      },
      body: () => openBlob(blob, { start, end }, onBytes),
    });
    if (answer.status !== 202) throw await to.registry.refused(answer, `a piece of ${blob.digest}`);
    answer.body.resume();
    place = locationOf(to.registry, answer.headers.location);
  }
  return place;
}

interface Part {
  start: number;
  /** Not included. */
  end: number;
}

/** What is read of it is counted; an error at its source ends it with that error. */
async function openBlob(blob: Blob, part: Part, onBytes: (bytes: number) => void): Promise<Readable> {
  const streams = [await openSource(blob, part), counting(onBytes)] as const;
  return pipeline(...streams, () => undefined);
}

async function openSource({ digest, bytes, from }: Blob, { start, end }: Part): Promise<Readable> {
  if ("content" in from) return Readable.from([from.content.subarray(start, end)]);
  if ("file" in from) return createReadStream(from.file, { start, end: end - 1 });
  const isWhole = end - start === bytes;
  const answer = await from.registry.send(`/v2/${from.repository}/blobs/${digest}`, {
    method: "GET",
    headers: isWhole ? {} : { range: `bytes=${start}-${end - 1}` },
  });
  if (answer.status !== (isWhole ? 200 : 206))
    throw await from.registry.refused(answer, `the blob ${digest}`);
  return isWhole ? pipeline(answer.body, verifying({ digest, bytes }), () => undefined) : answer.body;
}

/** Ends with an error when the bytes are not those of the digest, before the last of them is passed on as an end. */
export function verifying({ digest, bytes }: { digest: string; bytes: number }): Transform {
  const hash = createHash("sha256");
  let seen = 0;
  const wrong = () => new FlowwError("REGISTRY_REFUSED", `What was read as ${digest} is something else.`);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.byteLength;
      hash.update(chunk);
      done(seen > bytes ? wrong() : null, chunk);
    },
    flush(done) {
      done(seen === bytes && `sha256:${hash.digest("hex")}` === digest ? null : wrong());
    },
  });
}

function counting(onBytes: (bytes: number) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onBytes(chunk.byteLength);
      done(null, chunk);
    },
  });
}
