import { expect, test } from "vitest";
import { encodeFrame, FRAME_BYTES_MAX, FRAME_PREFIX_BYTES, FrameDecoder } from "./frames.ts";

const BRACKETS = "[".repeat(100_000);

/** A frame whose header is this text, JSON or not. */
function rawFrame(header: string): Buffer {
  const frame = Buffer.alloc(FRAME_PREFIX_BYTES + header.length);
  frame.writeUInt32BE(frame.length - 4, 0);
  frame.writeUInt8(70, 4);
  frame.writeUInt32BE(1, 5);
  frame.writeUInt32BE(header.length, 9);
  frame.write(header, FRAME_PREFIX_BYTES, "latin1");
  return frame;
}

const decode = (...chunks: Buffer[]) => {
  const decoder = new FrameDecoder(FRAME_BYTES_MAX);
  return chunks.flatMap((chunk) => [...decoder.push(chunk)]);
};

test.each([
  ["brackets only", BRACKETS],
  ["more objects than anybody would say", `[${"{},".repeat(1_000_001)}0]`],
  ["a text that seems to end", `{"a":"\\\\","b":${BRACKETS}`],
])("a header is refused before it is parsed: %s", (_, header) => {
  expect(() => decode(rawFrame(header))).toThrow("more than anybody would say");
});

test("brackets in texts and in bodies are nobody's business, nor is a large value", () => {
  const headers = [
    { input: `${BRACKETS}${'\\"'.repeat(10_000)}${BRACKETS}` },
    { input: Array.from({ length: 100_000 }, (_, index) => ({ index })) },
  ];
  for (const header of headers) {
    const bytes = encodeFrame(70, 1, header, Buffer.from(BRACKETS));
    // Cut everywhere once, between a backslash and its quote too.
    const pieces = Array.from({ length: Math.ceil(bytes.length / 997) }, (_, index) =>
      bytes.subarray(index * 997, (index + 1) * 997),
    );
    const [frame] = decode(...pieces);
    expect(frame?.header).toEqual(header);
    expect(frame?.body.toString()).toBe(BRACKETS);
  }
});
