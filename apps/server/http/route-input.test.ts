import { expect, test } from "vitest";
import { readCapped } from "./route-input.ts";

function inPieces(pieces: number): Request {
  const body = new ReadableStream({
    start(controller) {
      for (let made = 0; made < pieces; made++) controller.enqueue(Buffer.from("x"));
      controller.close();
    },
  });
  // `duplex`, which a stream has to come with, is missing in the types.
  const init = { method: "POST", body, duplex: "half" };
  return new Request("http://x/", init);
}

test("a body in pieces of one byte is put together, and one in a hundred thousand of them is refused", async () => {
  const body = await readCapped(inPieces(1_000), 1_000_000);
  expect(body.equals(Buffer.alloc(1_000, "x"))).toBe(true);
  await expect(readCapped(inPieces(100_000), 1_000_000)).rejects.toMatchObject({ code: "BODY_TOO_LARGE" });
});
