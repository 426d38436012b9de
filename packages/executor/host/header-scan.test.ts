import { encodeFrame, FromExecutor } from "@floww/contract/frames";
import { expect, test } from "vitest";
import { HeaderScan } from "./header-scan.ts";

const pushAll = (bytes: Buffer, pieceBytes: number) => {
  const scan = new HeaderScan();
  for (let at = 0; at < bytes.length; at += pieceBytes) scan.push(bytes.subarray(at, at + pieceBytes));
};
const brackets = "[".repeat(100_000);

test("a header that is all brackets is refused, wherever the stream is cut", () => {
  const hostile = Buffer.concat([
    encodeFrame(FromExecutor.pong, 0),
    encodeFrame(FromExecutor.log, 1, { level: "info", at: 0 }, Buffer.from("line")),
    encodeFrame(FromExecutor.call, 1, { call: 1, operation: "x", input: "y".repeat(70_000) }),
    rawFrame(brackets),
  ]);
  for (const piece of [1, 7, 13, 65_536, hostile.length])
    expect(() => pushAll(hostile, piece)).toThrow("more than anybody would say");
});

test("so is one of more objects than a journal's largest value could hold", () => {
  expect(() => pushAll(rawFrame(`[${"{},".repeat(1_000_001)}{}]`), 65_536)).toThrow("more than anybody");
});

test("brackets in texts and in bodies are nobody's business, nor is a large value", () => {
  const texts = encodeFrame(
    FromExecutor.call,
    1,
    { input: `${brackets}\\"${brackets}` },
    Buffer.from(brackets),
  );
  const large = encodeFrame(FromExecutor.call, 1, {
    input: Array.from({ length: 300_000 }, (_, n) => ({ n })),
  });
  for (const piece of [9, 65_536]) pushAll(Buffer.concat([texts, large, texts]), piece);
});

/** What encodeFrame cannot make. */
function rawFrame(header: string): Buffer {
  const bytes = Buffer.alloc(13 + header.length);
  bytes.writeUInt32BE(bytes.length - 4, 0);
  bytes.writeUInt8(FromExecutor.done, 4);
  bytes.writeUInt32BE(1, 5);
  bytes.writeUInt32BE(header.length, 9);
  bytes.write(header, 13);
  return bytes;
}
