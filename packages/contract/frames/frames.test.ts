import { expect, test } from "vitest";
import { encodeFrame, FRAME_BYTES_MAX, FrameDecoder } from "./frames.ts";

const BIG = 3 * 1024 * 1024;
const SIZES = [0, 1, 13, 65_536, BIG, 5, BIG, BIG + 1, 0, 1_048_576, 200];

function piecesOf(stream: Buffer, bytes: number): Buffer[] {
  const count = Math.ceil(stream.length / bytes);
  return Array.from({ length: count }, (_, index) => stream.subarray(index * bytes, (index + 1) * bytes));
}

const body = (bytes: number, fill: number) => Buffer.alloc(bytes, fill % 256);
const frames = SIZES.map((bytes, index) => encodeFrame(70, index, { index }, body(bytes, index)));

// Primes: the cuts fall everywhere, in lengths and headers too.
test.each([997, 65_521, 1_999_993, 19_999_999])("frames arrive whole, in pieces of %d bytes", (bytes) => {
  const decoder = new FrameDecoder(FRAME_BYTES_MAX);
  let seen = 0;
  for (const piece of piecesOf(Buffer.concat(frames), bytes)) {
    for (const frame of decoder.push(piece)) {
      expect([frame.run, frame.header]).toEqual([seen, { index: seen }]);
      expect(frame.body.equals(body(SIZES[seen]!, seen))).toBe(true);
      seen++;
    }
  }
  expect(seen).toBe(SIZES.length);
  expect(decoder.isEmpty).toBe(true);
});

test("a stream that ends within a frame did not end cleanly, however big the frame", () => {
  for (const bytes of [5, BIG]) {
    const decoder = new FrameDecoder(FRAME_BYTES_MAX);
    expect([...decoder.push(encodeFrame(70, 1, undefined, body(bytes, 1)).subarray(0, -1))]).toEqual([]);
    expect(decoder.isEmpty).toBe(false);
  }
});
