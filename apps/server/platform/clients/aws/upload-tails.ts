import { mkdir, readdir, readFile, rename, stat, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import type { FoundContent } from "../../blobs/content-store.ts";

/** Ids from outside never become a path unless they look exactly so. */
const ID = /^[A-Za-z0-9-]{1,128}$/;

/** What came of each upload and is too little for a part, between two requests. An upload without a file is none. */
export class UploadTails {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async create(namespaceId: string, upload: string): Promise<void> {
    await mkdir(dirname(this.#file(namespaceId, upload)), { recursive: true, mode: 0o700 });
    await this.write(namespaceId, upload, Buffer.alloc(0));
  }

  /** @throws FlowwError REGISTRY_UPLOAD_UNKNOWN */
  async read(namespaceId: string, upload: string): Promise<Buffer> {
    return readFile(this.#file(namespaceId, upload)).catch((cause: unknown) => {
      throw new FlowwError("REGISTRY_UPLOAD_UNKNOWN", undefined, { cause });
    });
  }

  /** Whole or not at all. @throws FlowwError REGISTRY_DISK_FULL */
  async write(namespaceId: string, upload: string, tail: Buffer): Promise<void> {
    const file = this.#file(namespaceId, upload);
    const writing = `${file}~`;
    try {
      await writeFile(writing, tail, { mode: 0o600 });
      await rename(writing, file);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOSPC") throw cause;
      throw new FlowwError("REGISTRY_DISK_FULL", undefined, { cause });
    }
  }

  async remove(namespaceId: string, upload: string): Promise<void> {
    const file = this.#file(namespaceId, upload);
    for (const one of [file, `${file}~`]) await unlink(one).catch(ignoreMissing);
  }

  async *listOld(olderThanMs: number): AsyncGenerator<FoundContent> {
    for (const namespaceId of (await readdir(this.#folder).catch(ignoreMissing)) ?? []) {
      for (const name of await readdir(join(this.#folder, namespaceId))) {
        const writtenAt = (await stat(join(this.#folder, namespaceId, name)).catch(ignoreMissing))?.mtimeMs;
        const isOld = writtenAt !== undefined && Date.now() - writtenAt >= olderThanMs;
        if (isOld) yield { namespaceId, upload: name.replace(/~$/, "") };
      }
    }
  }

  #file(namespaceId: string, upload: string): string {
    if (!ID.test(namespaceId) || !ID.test(upload)) throw new FlowwError("REGISTRY_UPLOAD_UNKNOWN");
    return join(this.#folder, namespaceId, upload);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
