import { FlowwError } from "../errors/errors.ts";
import { assertSoundHeader } from "./assert-sound-header.ts";

/**
 * Framed messages between a runtime driver and an executor, over one duplex byte stream.
 *
 *   u32 length of all that follows | u8 kind | u32 run | u32 header length | header (JSON, UTF-8) | body (bytes)
 *
 * Numbers are big-endian. `run` names one run inside one process (0: the process itself). The header is small and
 * ours; the body is the user's bytes and is never parsed on the server. A frame's kinds and headers are listed in
 * messages.ts; the first frame of an executor is `hello`, which carries FRAME_PROTOCOL.
 */
export * from "./messages.ts";

export const FRAME_PREFIX_BYTES = 13;
const LENGTH_BYTES = 4;
/** Shorter headers can do no harm, whatever they hold. */
const LARGE_HEADER_BYTES = 64 * 1024;
const AFTER_LENGTH_BYTES = FRAME_PREFIX_BYTES - LENGTH_BYTES;

export interface Frame {
  kind: number;
  run: number;
  header: unknown;
  body: Buffer;
}

const EMPTY = Buffer.alloc(0);

export function encodeFrame(kind: number, run: number, header?: unknown, body: Uint8Array = EMPTY): Buffer {
  const text = header === undefined ? "" : JSON.stringify(header);
  const headerBytes = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(FRAME_PREFIX_BYTES + headerBytes + body.byteLength);
  frame.writeUInt32BE(AFTER_LENGTH_BYTES + headerBytes + body.byteLength, 0);
  frame.writeUInt8(kind, 4);
  frame.writeUInt32BE(run, 5);
  frame.writeUInt32BE(headerBytes, 9);
  frame.write(text, FRAME_PREFIX_BYTES, "utf8");
  frame.set(body, FRAME_PREFIX_BYTES + headerBytes);
  return frame;
}

/** Cuts a byte stream into frames. A frame that lies about its lengths, or is over the bound, is an error. */
export class FrameDecoder {
  readonly #frameBytesMax: number;
  #chunks: Buffer[] = [];
  #buffered = 0;

  constructor(frameBytesMax: number) {
    this.#frameBytesMax = frameBytesMax;
  }

  *push(chunk: Buffer): Generator<Frame> {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    while (this.#buffered >= LENGTH_BYTES) {
      const length = this.#peek(LENGTH_BYTES).readUInt32BE(0);
      if (length > this.#frameBytesMax || length < AFTER_LENGTH_BYTES) {
        throw new FlowwError(
          "FRAME_INVALID",
          `A frame claims ${length} bytes; ${this.#frameBytesMax} is the most.`,
        );
      }
      if (this.#buffered < LENGTH_BYTES + length) return;
      // Where it lies: what is refused is not put together first, which would take its size in memory once more.
      if (length >= LARGE_HEADER_BYTES) assertSoundHeader(this.#headerPieces());
      yield decodeFrame(this.#take(LENGTH_BYTES + length));
    }
  }

  /** True between frames: the other side ended cleanly. */
  get isEmpty(): boolean {
    return this.#buffered === 0;
  }

  #peek(bytes: number): Buffer {
    let first = this.#chunks[0]!;
    while (first.length < bytes) {
      first = Buffer.concat(this.#chunks.splice(0, 2));
      this.#chunks.unshift(first);
    }
    return first;
  }

  *#headerPieces(): Generator<Buffer> {
    let left = this.#peek(FRAME_PREFIX_BYTES).readUInt32BE(9);
    let start = FRAME_PREFIX_BYTES;
    for (const chunk of this.#chunks) {
      if (left === 0) return;
      const piece = chunk.subarray(start, start + left);
      yield piece;
      left -= piece.length;
      start = 0;
    }
  }

  #take(bytes: number): Buffer {
    if (this.#chunks[0]!.length < bytes) this.#chunks = [Buffer.concat(this.#chunks)];
    const first = this.#chunks[0]!;
    this.#buffered -= bytes;
    if (first.length === bytes) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(bytes);
    return first.subarray(0, bytes);
  }
}

function decodeFrame(bytes: Buffer): Frame {
  const headerBytes = bytes.readUInt32BE(9);
  const bodyStart = FRAME_PREFIX_BYTES + headerBytes;
  if (bodyStart > bytes.length) {
    throw new FlowwError(
      "FRAME_INVALID",
      `A frame's header claims ${headerBytes} bytes, more than the frame has.`,
    );
  }
  return {
    kind: bytes.readUInt8(4),
    run: bytes.readUInt32BE(5),
    header:
      headerBytes === 0 ? undefined : parseHeader(bytes.toString("utf8", FRAME_PREFIX_BYTES, bodyStart)),
    body: bytes.subarray(bodyStart),
  };
}

function parseHeader(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FlowwError("FRAME_INVALID", "A frame's header is not JSON.", { cause });
  }
}
