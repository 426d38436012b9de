import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { FlowwError } from "@floww/contract/errors";
import { extract } from "tar-stream";
import { END_NAME } from "./archive-end.ts";

export interface ArchiveEntry {
  name: string;
  size: number;
  mtime: Date;
  /** To be read to its end before the next entry. */
  content: AsyncIterable<Buffer>;
}

/**
 * Hands out every entry, and resolves when all were whole and unchanged; until then nothing that was handed out may count.
 *
 * @throws FlowwError BACKUP_INVALID, or what `take` throws
 */
export async function readArchive(file: string, take: (entry: ArchiveEntry) => Promise<void>): Promise<void> {
  const tar = extract();
  const read = pipeline(createReadStream(file), createGunzip(), tar);
  read.catch(() => undefined);
  const hash = createHash("sha256");
  let entries = 0;
  let isEnded = false;
  try {
    // tar-stream's types leave out that its entries are streams of buffers.
    for await (const entry of tar as AsyncIterable<TarEntry>) {
      const { name, size = 0, mtime = new Date(0) } = entry.header;
      if (isEnded) throw broken("it goes on after its end");
      if (name === END_NAME) {
        checkEnd(await buffer(entry), { entries, sha256: hash.digest("hex") });
        isEnded = true;
        continue;
      }
      entries++;
      hash.update(`${name}\n${size}\n`);
      await take({ name, size, mtime, content: hashed(entry, hash) });
    }
    await read;
  } catch (thrown) {
    const error = isDestroyed(thrown) ? ((await read.catch((cause: unknown) => cause)) ?? thrown) : thrown;
    tar.destroy(new RangeError("The archive was given up."));
    if ((error as { code?: unknown }).code === "ENOENT") throw broken(`there is no ${file}`, error);
    throw isArchiveError(error) ? broken("it is damaged or cut off", error) : error;
  }
  if (!isEnded) throw broken("it is cut off");
}

type TarEntry = AsyncIterable<Buffer> & {
  header: { name: string; size?: number; mtime?: Date };
} & NodeJS.ReadableStream;

async function* hashed(
  entry: AsyncIterable<Buffer>,
  hash: { update(chunk: Buffer): unknown },
): AsyncGenerator<Buffer> {
  for await (const chunk of entry) {
    hash.update(chunk);
    yield chunk;
  }
}

function checkEnd(content: Buffer, found: { entries: number; sha256: string }): void {
  const end = JSON.parse(content.toString("utf8")) as Partial<typeof found>;
  if (end.entries !== found.entries || end.sha256 !== found.sha256)
    throw broken("it is not what was written");
}

/** An entry whose archive broke says only that it is over; why, the pipeline knows. */
function isDestroyed(error: unknown): boolean {
  return (error as { code?: unknown }).code === "STREAM_DESTROYED";
}

/** Of gzip or tar, by their texts and codes. */
function isArchiveError(error: unknown): boolean {
  const { code, message = "" } = error as { code?: unknown; message?: string };
  const isZlib = typeof code === "string" && /^(Z_|ERR_(ZLIB|STREAM_PREMATURE))/.test(code);
  return isZlib || error instanceof SyntaxError || /tar header|Unexpected end of data/i.test(message);
}

function broken(how: string, cause?: unknown): FlowwError {
  return new FlowwError("BACKUP_INVALID", `The backup cannot be used: ${how}.`, { cause });
}
