import { createHash } from "node:crypto";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { promisify } from "node:util";
import zlib from "node:zlib";
import { FlowwError } from "@floww/contract/errors";
import type { LayerMember } from "./list-tree.ts";
import { TAR_BLOCK_BYTES, tarHeader, tarPadding } from "./tar-header.ts";

export interface Layer {
  /** Digest of the tar: what the layer is, whoever compresses it. */
  diffId: string;
  /** Digest and size of the file, the compressed tar. */
  digest: string;
  bytes: number;
}

/** What is compressed at a time; so many of them are in memory at most. */
const PIECE_BYTES = 1024 * 1024;
const PIECES_MAX = 4;
const LEVEL = 1;
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

const deflate = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.deflateRaw);

/**
 * Writes a layer, a tar in one gzip member. Pieces are compressed on several threads, each on its own and flushed to a
 * whole byte, so that one after the other they are one stream. @throws FlowwError LAYER_INVALID when a file changes meanwhile
 */
export async function writeLayer(members: readonly LayerMember[], file: string): Promise<Layer> {
  await using output = await open(file, "wx", 0o600);
  const tarHash = createHash("sha256");
  const sink = new HashedFile(output);
  await sink.write(GZIP_HEADER);
  const inHand: Promise<Buffer>[] = [];
  let checksum = 0;
  let tarBytes = 0;
  try {
    for (const piece of tarPieces(members)) {
      tarHash.update(piece);
      checksum = zlib.crc32(piece, checksum);
      tarBytes += piece.byteLength;
      inHand.push(deflate(piece, { level: LEVEL, finishFlush: zlib.constants.Z_SYNC_FLUSH }));
      if (inHand.length === PIECES_MAX) await sink.write(await inHand.shift()!);
    }
    for (const piece of inHand.splice(0)) await sink.write(await piece);
  } finally {
    await Promise.allSettled(inHand);
  }
  const end = Buffer.alloc(8);
  end.writeUInt32LE(checksum, 0);
  end.writeUInt32LE(tarBytes % 2 ** 32, 4);
  await sink.write(Buffer.concat([await deflate(Buffer.alloc(0), { level: LEVEL }), end]));
  return { diffId: `sha256:${tarHash.digest("hex")}`, digest: sink.digest(), bytes: sink.bytes };
}

class HashedFile {
  readonly #file: FileHandle;
  readonly #hash = createHash("sha256");
  bytes = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(piece: Buffer): Promise<void> {
    this.#hash.update(piece);
    this.bytes += piece.byteLength;
    await this.#file.writeFile(piece);
  }

  digest(): string {
    return `sha256:${this.#hash.digest("hex")}`;
  }
}

/**
 * The tar in pieces of one size. Files are read in place, synchronously: thousands of small ones cost more in promises than
 * in reading, and the event loop has its turn after each piece.
 */
export function* tarPieces(members: readonly LayerMember[], pieceBytes = PIECE_BYTES): Generator<Buffer> {
  let piece = Buffer.alloc(pieceBytes);
  let used = 0;
  const next = () => {
    const full = piece;
    piece = Buffer.alloc(pieceBytes);
    used = 0;
    return full;
  };
  for (const member of members) {
    for (let header = tarHeader(member); header.byteLength > 0; ) {
      const taken = header.copy(piece, used);
      header = header.subarray(taken);
      used += taken;
      if (used === pieceBytes) yield next();
    }
    if (member.source === undefined) continue;
    using source = openMember(member.source);
    for (let left = member.bytes; left > 0; ) {
      const read = readSync(source.descriptor, piece, used, Math.min(left, pieceBytes - used), null);
      if (read === 0) throw changed(member.source);
      left -= read;
      used += read;
      if (used === pieceBytes) yield next();
    }
    if (readSync(source.descriptor, Buffer.alloc(1)) !== 0) throw changed(member.source);
    // Pieces are whole blocks, so that padding never goes over the end of one.
    used += tarPadding(member.bytes);
    if (used === pieceBytes) yield next();
  }
  for (let left = 2 * TAR_BLOCK_BYTES; left > 0; left -= TAR_BLOCK_BYTES) {
    used += TAR_BLOCK_BYTES;
    if (used === pieceBytes) yield next();
  }
  if (used > 0) yield piece.subarray(0, used);
}

function openMember(path: string) {
  // Not through a link that was put there since it was listed; Windows has no such flag.
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  return { descriptor, [Symbol.dispose]: () => closeSync(descriptor) };
}

function changed(path: string): FlowwError {
  return new FlowwError("LAYER_INVALID", `${path} changed while it was read.`, {
    fix: "Run it again when nothing writes to the folder.",
  });
}
