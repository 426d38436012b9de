import { expect, test } from "vitest";
import { encodeFrame, FRAME_BYTES_MAX, FrameDecoder } from "./frames.ts";

const BIG = 3 * 1024 * 1024;
const SIZES = [0, 1, 13, 65_536, BIG, 5, BIG, BIG + 1, 0, 1_048_576, 200];

/** Numbers from 0 to 1, the same each time (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function* piecesOf(stream: Buffer, bytesMax: number, random: () => number): Generator<Buffer> {
  for (let at = 0; at < stream.length; ) {
    const end = at + 1 + Math.floor(random() * bytesMax);
    yield stream.subarray(at, end);
    at = end;
  }
}

const body = (bytes: number, fill: number) => Buffer.alloc(bytes, fill % 256);
const frames = SIZES.map((bytes, index) => encodeFrame(70, index, { index }, body(bytes, index)));

test.each([7_000, 65_536, 2_000_000, 20_000_000])(
  "frames arrive whole, in pieces of up to %d bytes",
  (bytesMax) => {
    const decoder = new FrameDecoder(FRAME_BYTES_MAX);
    let seen = 0;
    for (const piece of piecesOf(Buffer.concat(frames), bytesMax, randomFrom(bytesMax))) {
      for (const frame of decoder.push(piece)) {
        expect([frame.run, frame.header]).toEqual([seen, { index: seen }]);
        expect(frame.body.equals(body(SIZES[seen]!, seen))).toBe(true);
        seen++;
      }
    }
    expect(seen).toBe(SIZES.length);
    expect(decoder.isEmpty).toBe(true);
  },
);

test("a stream that ends within a frame did not end cleanly, however big the frame", () => {
  for (const bytes of [5, BIG]) {
    const decoder = new FrameDecoder(FRAME_BYTES_MAX);
    expect([...decoder.push(encodeFrame(70, 1, undefined, body(bytes, 1)).subarray(0, -1))]).toEqual([]);
    expect(decoder.isEmpty).toBe(false);
  }
});
