import { createHash, type Hash, randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { FlowwError } from "@floww/contract/errors";
import type { ContentPiece, ContentPlace, ContentStore, FoundContent } from "./content-store.ts";
import { type Digest, parseDigest } from "./digest.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const UPLOADS = "uploads";
/** Uploads whose running hash is kept; those of others are read again at their end. */
const HASHES_MAX = 1_000;

/** `<folder>/<namespace>/sha256/ab/abcdef…` and `<folder>/<namespace>/uploads/<uuid>`: once a namespace, for all its repositories. */
export class DiskContent implements ContentStore {
  readonly pieceBytesMin = 0;
  readonly #folder: string;
  readonly #hashes = new Map<string, { hash: Hash; bytes: number }>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async begin(place: ContentPlace): Promise<string> {
    const upload = randomUUID();
    const file = this.#uploadFile(place.namespaceId, upload);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await using _handle = await open(file, "wx", 0o600).catch(explainFull);
    this.#remember(upload, createHash("sha256"), 0);
    return upload;
  }

  async append(
    place: ContentPlace,
    upload: string,
    { offset, source }: ContentPiece,
    onKept: (offset: number) => void,
  ): Promise<number> {
    await using handle = await this.#openUpload(place, upload);
    // Bytes that a crash left behind were never counted.
    if ((await handle.stat()).size > offset) await handle.truncate(offset);
    const known = this.#hashes.get(upload);
    this.#hashes.delete(upload);
    const hash = known?.bytes === offset ? known.hash : undefined;
    let at = offset;
    for await (const chunk of source) {
      await writeAll(handle, chunk, at).catch(explainFull);
      at += chunk.byteLength;
      hash?.update(chunk);
      onKept(at);
      if (hash !== undefined) this.#remember(upload, hash, at);
    }
    if (hash !== undefined) this.#remember(upload, hash, at);
    return at;
  }

  async seal(
    place: ContentPlace,
    upload: string,
    { digest, bytes }: { digest: Digest; bytes: number },
  ): Promise<void> {
    await using handle = await this.#openUpload(place, upload);
    if ((await handle.stat()).size > bytes) await handle.truncate(bytes);
    const known = this.#hashes.get(upload);
    const isHashed = digest.algorithm === "sha256" && known?.bytes === bytes;
    const hash = isHashed ? known.hash.copy() : await hashFile(handle, digest.algorithm);
    const found = hash.digest("hex");
    if (found !== digest.hex)
      throw new FlowwError("REGISTRY_DIGEST_INVALID", `The content is ${digest.algorithm}:${found}.`);
    // Young again: between the move into its place and its row's commit it must not look forgotten.
    const now = new Date();
    await handle.utimes(now, now);
    await handle.sync().catch(explainFull);
  }

  async complete(place: ContentPlace, upload: string, digest: Digest): Promise<void> {
    const file = this.#blobFile(place.namespaceId, digest);
    const folder = dirname(file);
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch(explainFull);
    await rename(this.#uploadFile(place.namespaceId, upload), file).catch(
      async (error: NodeJS.ErrnoException) => {
        // The transaction around this may be done again: what is in its place already stays there.
        if (error.code !== "ENOENT" || (await stat(file).catch(ignoreMissing)) === undefined)
          explainFull(error);
      },
    );
    this.#hashes.delete(upload);
    // A rename is durable once its folder is, and a folder once the one above it is.
    for (const one of [folder, dirname(folder), dirname(dirname(folder))]) await syncFolder(one);
  }

  async abandon(place: ContentPlace, upload: string): Promise<void> {
    this.#hashes.delete(upload);
    await unlink(this.#uploadFile(place.namespaceId, upload)).catch(ignoreMissing);
  }

  async open(place: ContentPlace, digest: Digest, range?: { start: number; end: number }): Promise<Readable> {
    const handle = await open(this.#blobFile(place.namespaceId, digest), "r").catch((cause: unknown) => {
      throw new FlowwError("REGISTRY_BLOB_UNKNOWN", `The content of ${digest.text} is not there.`, { cause });
    });
    return handle.createReadStream(range);
  }

  /** Their namespace's blobs are all in one folder. */
  async link(): Promise<boolean> {
    return true;
  }

  async remove(namespaceId: string, digest: Digest): Promise<void> {
    await unlink(this.#blobFile(namespaceId, digest)).catch(ignoreMissing);
  }

  // Manifests and tags are in the database, and nobody but the server reads this disk.
  async putManifest(): Promise<void> {}
  async removeManifest(): Promise<void> {}
  async removeTag(): Promise<void> {}

  async *listOld(olderThanMs: number): AsyncGenerator<FoundContent> {
    for (const namespaceId of await namesIn(this.#folder)) {
      if (!UUID.test(namespaceId)) continue;
      for await (const { file, found } of this.#filesOf(namespaceId)) {
        const writtenAt = (await stat(file).catch(ignoreMissing))?.mtimeMs;
        if (writtenAt !== undefined && Date.now() - writtenAt >= olderThanMs) yield found;
      }
    }
  }

  async *#filesOf(namespaceId: string): AsyncGenerator<{ file: string; found: FoundContent }> {
    const folder = join(this.#folder, namespaceId);
    for (const upload of await namesIn(join(folder, UPLOADS)))
      yield { file: join(folder, UPLOADS, upload), found: { namespaceId, upload } };
    for (const algorithm of ["sha256", "sha512"]) {
      for (const shard of await namesIn(join(folder, algorithm))) {
        for (const hex of await namesIn(join(folder, algorithm, shard))) {
          const digest = parseDigest(`${algorithm}:${hex}`);
          const file = join(folder, algorithm, shard, hex);
          if (digest !== undefined) yield { file, found: { namespaceId, digest } };
        }
      }
    }
  }

  async #openUpload(place: ContentPlace, upload: string): Promise<FileHandle> {
    return open(this.#uploadFile(place.namespaceId, upload), "r+").catch((cause: unknown) => {
      throw new FlowwError("REGISTRY_UPLOAD_UNKNOWN", undefined, { cause });
    });
  }

  #remember(upload: string, hash: Hash, bytes: number): void {
    this.#hashes.set(upload, { hash, bytes });
    const [oldest] = this.#hashes.keys();
    if (this.#hashes.size > HASHES_MAX && oldest !== undefined) this.#hashes.delete(oldest);
  }

  /** Names from outside never become a path unless they look exactly so. */
  #uploadFile(namespaceId: string, upload: string): string {
    if (!UUID.test(namespaceId) || !UUID.test(upload)) throw new FlowwError("REGISTRY_UPLOAD_UNKNOWN");
    return join(this.#folder, namespaceId, UPLOADS, upload);
  }

  #blobFile(namespaceId: string, { algorithm, hex, text }: Digest): string {
    if (!UUID.test(namespaceId) || parseDigest(text)?.hex !== hex)
      throw new FlowwError("REGISTRY_DIGEST_INVALID");
    return join(this.#folder, namespaceId, algorithm, hex.slice(0, 2), hex);
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < chunk.byteLength) {
    const { bytesWritten } = await handle.write(
      chunk,
      written,
      chunk.byteLength - written,
      position + written,
    );
    written += bytesWritten;
  }
}

async function hashFile(handle: FileHandle, algorithm: Digest["algorithm"]): Promise<Hash> {
  const hash = createHash(algorithm);
  for await (const chunk of handle.createReadStream({ start: 0, autoClose: false })) hash.update(chunk);
  return hash;
}

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

function explainFull(cause: NodeJS.ErrnoException): never {
  if (!FULL.has(cause.code ?? "")) throw cause;
  throw new FlowwError("REGISTRY_DISK_FULL", undefined, { cause });
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(ignoreMissing)) ?? [];
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, "r");
  await handle.sync();
}
