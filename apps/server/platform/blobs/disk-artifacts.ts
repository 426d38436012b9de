import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import type { ArtifactStore } from "./artifact-store.ts";

/** Both parts of a path come from outside: what does not look exactly so never becomes one. */
const HASH = /^[0-9a-f]{64}$/;
const UUID = /^[0-9a-f-]{36}$/;

export class DiskArtifacts implements ArtifactStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(namespaceId: string, bytes: Uint8Array): Promise<string> {
    const hash = createHash("sha256").update(bytes).digest("hex");
    const file = this.#file(namespaceId, hash);
    if (existsSync(file)) return hash;
    const folder = join(file, "..");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const unfinished = `${file}.${randomUUID()}`;
    await writeDurably(unfinished, bytes);
    await rename(unfinished, file);
    await syncFolder(folder);
    return hash;
  }

  async get(namespaceId: string, hash: string): Promise<Buffer> {
    return readFile(this.#file(namespaceId, hash)).catch((cause: unknown) => {
      throw new FlowwError("NOT_FOUND", `There is no artifact ${hash}.`, { cause });
    });
  }

  async has(namespaceId: string, hash: string): Promise<boolean> {
    return existsSync(this.#file(namespaceId, hash));
  }

  #file(namespaceId: string, hash: string): string {
    if (!HASH.test(hash) || !UUID.test(namespaceId))
      throw new FlowwError("NOT_FOUND", "That is no artifact's name.");
    return join(this.#folder, namespaceId, hash.slice(0, 2), hash);
  }
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
