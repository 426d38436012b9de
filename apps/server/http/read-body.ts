import type { IncomingMessage } from "node:http";
import { FlowwError } from "@floww/contract/errors";

/**
 * Collects a body; past the cap it stops while the rest is still on its way. What is over `keptMax` is read and dropped.
 * @throws FlowwError BODY_TOO_LARGE
 */
export function readBody(request: IncomingMessage, bytesMax: number, keptMax = bytesMax): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) return Promise.reject(tooLarge(bytesMax));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes > bytesMax) {
        request.removeAllListeners("data");
        request.pause();
        reject(tooLarge(bytesMax));
        return;
      }
      const room = keptMax - (bytes - chunk.byteLength);
      if (room > 0) chunks.push(chunk.byteLength <= room ? chunk : chunk.subarray(0, room));
    });
    request.once("end", () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.once("error", reject);
    request.once("aborted", () =>
      reject(new FlowwError("INPUT_INVALID", "The caller went away in the middle of its body.")),
    );
  });
}

function tooLarge(bytesMax: number): FlowwError {
  return new FlowwError("BODY_TOO_LARGE", `The body is over ${bytesMax} bytes.`);
}
