import type { IncomingMessage } from "node:http";
import { FlowwError } from "@floww/contract/errors";
import type { BodyPlace } from "../platform/body-room.ts";

/** Each piece costs some four hundred bytes beside its own, and a sender may make pieces of one byte. */
const JOINED_AT = 256;
/** And some microseconds: 5 MB in pieces of 80 bytes is smaller than anybody needs. */
const PIECES_MAX = 65_536;

export interface ReadBodyOptions {
  bytesMax: number;
  /** What is over it is read and dropped. */
  keptMax?: number;
  /** What is kept is held there. */
  place?: BodyPlace;
}

/**
 * Collects a body; past the cap it stops while the rest is still on its way.
 * @throws FlowwError BODY_TOO_LARGE, or QUEUE_FULL when other requests hold all the memory that there is
 */
export function readBody(
  request: IncomingMessage,
  { bytesMax, keptMax = bytesMax, place }: ReadBodyOptions,
): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) return Promise.reject(tooLarge(bytesMax));
  return new Promise((resolve, reject) => {
    const joined: Buffer[] = [];
    const pieces: Buffer[] = [];
    let bytes = 0;
    let count = 0;
    const keep = (piece: Buffer) => {
      place?.take(piece.byteLength);
      if (pieces.push(piece) === JOINED_AT) joined.push(Buffer.concat(pieces.splice(0)));
    };
    const take = (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes > bytesMax) throw tooLarge(bytesMax);
      if (++count > PIECES_MAX) throw inTooManyPieces();
      const room = keptMax - (bytes - chunk.byteLength);
      if (room > 0) keep(chunk.byteLength <= room ? chunk : chunk.subarray(0, room));
    };
    request.on("data", (chunk: Buffer) => {
      try {
        take(chunk);
      } catch (error) {
        request.removeAllListeners("data");
        request.pause();
        reject(error);
      }
    });
    request.once("end", () => {
      joined.push(...pieces);
      resolve(joined.length === 1 ? joined[0]! : Buffer.concat(joined));
    });
    request.once("error", reject);
    request.once("aborted", () =>
      reject(new FlowwError("INPUT_INVALID", "The caller went away in the middle of its body.")),
    );
  });
}

function tooLarge(bytesMax: number): FlowwError {
  return new FlowwError("BODY_TOO_LARGE", `The body is over ${bytesMax} bytes.`);
}

function inTooManyPieces(): FlowwError {
  return new FlowwError("BODY_TOO_LARGE", `The body came in more than ${PIECES_MAX} pieces.`);
}
