import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, rename, stat, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import { refuseDamaged, requireArtifactName } from "./artifact-name.ts";
import type { ArtifactStore } from "./artifact-store.ts";

export class DiskArtifacts implements ArtifactStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(namespaceId: string, bytes: Uint8Array): Promise<string> {
    const hash = createHash("sha256").update(bytes).digest("hex");
    const file = this.#file(namespaceId, hash);
    // Fresh again: what is about to be collected is not, when it is put once more.
    if (await touch(file)) return hash;
    const folder = join(file, "..");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const unfinished = `${file}.${randomUUID()}`;
    await writeDurably(unfinished, bytes);
    await rename(unfinished, file);
    await syncFolder(folder);
    return hash;
  }

  async get(namespaceId: string, hash: string): Promise<Buffer> {
    const file = this.#file(namespaceId, hash);
    const bytes = await readFile(file)
      .catch(() => readFile(hiddenName(file)))
      // Between the two looks it may have been brought back.
      .catch(() => readFile(file))
      .catch((cause: unknown) => {
        throw new FlowwError("NOT_FOUND", `There is no artifact ${hash}.`, { cause });
      });
    refuseDamaged(bytes, hash);
    return bytes;
  }

  async has(namespaceId: string, hash: string): Promise<boolean> {
    return existsSync(this.#file(namespaceId, hash));
  }

  async sizeOf(namespaceId: string, hash: string): Promise<number> {
    return (await statOf(this.#file(namespaceId, hash)))?.size ?? 0;
  }

  async collect(
    namespaceId: string,
    hash: string,
    { olderThanMs, isWanted }: { olderThanMs: number; isWanted(): Promise<boolean> },
  ): Promise<boolean> {
    const file = this.#file(namespaceId, hash);
    const hidden = hiddenName(file);
    const isYoung = async (path: string) => Date.now() - ((await statOf(path))?.mtimeMs ?? 0) < olderThanMs;
    if (await isYoung(file)) return false;
    // Until it is decided, and after a crash before that, it is read under its hidden name.
    await rename(file, hidden).catch(ignoreMissing);
    if ((await isYoung(hidden)) || (await isWanted())) await rename(hidden, file).catch(ignoreMissing);
    else await unlink(hidden).catch(ignoreMissing);
    return true;
  }

  #file(namespaceId: string, hash: string): string {
    requireArtifactName(namespaceId, hash);
    return join(this.#folder, namespaceId, hash.slice(0, 2), hash);
  }
}

function hiddenName(file: string): string {
  return `${file}.unwanted`;
}

async function statOf(file: string) {
  return stat(file).catch(ignoreMissing);
}

/** False when it is not there. */
async function touch(file: string): Promise<boolean> {
  const now = new Date();
  return utimes(file, now, now).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      ignoreMissing(error);
      return false;
    },
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  await using handle = await open(file, "wx", 0o600);
  await handle.writeFile(bytes);
  await handle.sync();
}

/** A rename is durable once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, "r");
  await handle.sync();
}
