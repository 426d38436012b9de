import type { IncomingMessage } from "node:http";
import { FlowwError } from "@floww/contract/errors";
import type { BodyPlace } from "../platform/body-room.ts";
import { BodyPieces } from "./body-pieces.ts";

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
    const pieces = new BodyPieces();
    let bytes = 0;
    const take = (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes > bytesMax) throw tooLarge(bytesMax);
      const room = Math.max(0, keptMax - (bytes - chunk.byteLength));
      const kept = chunk.byteLength <= room ? chunk : chunk.subarray(0, room);
      place?.take(kept.byteLength);
      pieces.add(kept);
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
    request.once("end", () => resolve(pieces.join()));
    request.once("error", reject);
    request.once("aborted", () =>
      reject(new FlowwError("INPUT_INVALID", "The caller went away in the middle of its body.")),
    );
  });
}

/** Of a body that is over its cap. */
export function tooLarge(bytesMax: number): FlowwError {
  return new FlowwError("BODY_TOO_LARGE", `The body is over ${bytesMax} bytes.`);
}
