import { FlowwError } from "@floww/contract/errors";

/** A vendor's answer in one piece, for those who need it whole. @throws FlowwError VALUE_TOO_LARGE */
export async function readAnswer(
  body: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<Buffer<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.byteLength;
    if (bytes > bytesMax)
      throw new FlowwError("VALUE_TOO_LARGE", `The service's answer has more than ${bytesMax} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
