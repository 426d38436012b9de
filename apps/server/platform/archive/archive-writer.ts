import { createHash, type Hash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { constants, createGzip } from "node:zlib";
import { FlowwError } from "@floww/contract/errors";
import { pack } from "tar-stream";
import { END_NAME } from "./archive-end.ts";

/**
 * A tar in gzip, with a last entry that counts and hashes all others. It has its name when it is whole and on the disk; it is never
 * written over another file, and only its user can read it.
 */
export class ArchiveWriter implements AsyncDisposable {
  readonly #file: string;
  readonly #tar = pack();
  readonly #written: Promise<void>;
  readonly #hash: Hash = createHash("sha256");
  #entries = 0;
  #bytes = 0;
  #isWhole = false;

  /** @throws FlowwError BACKUP_TARGET_TAKEN */
  static async create(file: string): Promise<ArchiveWriter> {
    for (const name of [file, unfinishedName(file)]) {
      const handle = await open(name, "r").catch(ifAbsent);
      if (handle === undefined) continue;
      await handle.close();
      throw new FlowwError("BACKUP_TARGET_TAKEN", `${name} is there already.`);
    }
    return new ArchiveWriter(file);
  }

  private constructor(file: string) {
    this.#file = file;
    const target = createWriteStream(unfinishedName(file), { flags: "wx", mode: 0o600, flush: true });
    // Speed counts: a backup holds a snapshot of the database open.
    const gzip = createGzip({ level: constants.Z_BEST_SPEED });
    this.#written = pipeline(this.#tar, gzip, target);
    this.#written.catch(() => undefined);
  }

  async add(name: string, content: Buffer): Promise<void> {
    async function* once() {
      yield content;
    }
    await this.#entry({ name, size: content.byteLength, mtime: new Date() }, once());
  }

  async addFile(name: string, path: string): Promise<void> {
    await using handle = await open(path, "r");
    const { size, mtime } = await handle.stat();
    // Exactly so much was promised, whatever happens to the file meanwhile.
    const content = size === 0 ? [] : handle.createReadStream({ end: size - 1, autoClose: false });
    await this.#entry({ name, size, mtime }, content);
  }

  async finish(): Promise<{ entries: number; bytes: number }> {
    const end = { entries: this.#entries, sha256: this.#hash.digest("hex") };
    const content = Buffer.from(JSON.stringify(end));
    this.#tar.entry({ name: END_NAME, mode: 0o600 }, content);
    this.#tar.finalize();
    await this.#written;
    await rename(unfinishedName(this.#file), this.#file);
    await syncFolder(dirname(this.#file));
    this.#isWhole = true;
    return { entries: this.#entries, bytes: this.#bytes };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isWhole) return;
    this.#tar.destroy(new RangeError("The archive was given up."));
    await this.#written.catch(() => undefined);
    await unlink(unfinishedName(this.#file)).catch(ifAbsent);
  }

  async #entry(
    header: { name: string; size: number; mtime: Date },
    content: AsyncIterable<Buffer> | Iterable<Buffer>,
  ): Promise<void> {
    this.#entries++;
    this.#bytes += header.size;
    this.#hash.update(`${header.name}\n${header.size}\n`);
    const entry = this.#tar.entry({ ...header, mode: 0o600 });
    for await (const chunk of content) {
      this.#hash.update(chunk);
      // A disk that is full ends the pipeline, and nobody drains any more.
      if (!entry.write(chunk)) await Promise.race([once(entry, "drain"), this.#written]);
    }
    entry.end(undefined);
  }
}

function unfinishedName(file: string): string {
  return `${file}.unfinished`;
}

function ifAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, "r");
  await handle.sync();
}
