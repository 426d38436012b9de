import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openResponse } from "./response-stream.ts";

let folder: string;
let server: Server;
let socketPath: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "floww-response-"));
  socketPath = join(folder, "s");
  server = createServer().listen(socketPath);
  await once(server, "listening");
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function begin() {
  const asked = once(server, "request");
  const response = await openResponse({ socketPath }, "/answer");
  const [request, answer] = await asked;
  return { response, request: request as IncomingMessage, answer };
}

test("what is written arrives in order and whole, and its end when the other side has answered", async () => {
  const { response, request, answer } = await begin();
  const pieces = Array.from({ length: 100 }, (_, index) => Buffer.alloc(index * 1_000, index));
  for (const piece of pieces) response.write(piece);
  const ended = response.end();
  expect((await buffer(request)).equals(Buffer.concat(pieces))).toBe(true);
  expect(request.headers).toMatchObject({ "lambda-runtime-function-response-mode": "streaming" });
  answer.writeHead(202).end();
  await ended;
});

test("it is out only when the other side reads it", async () => {
  const { response, request } = await begin();
  request.pause();
  let isOut = false;
  response.write(Buffer.alloc(4 * 1024 * 1024));
  const out = new Promise<void>((resolve) =>
    response.onceOut(() => {
      isOut = true;
      resolve();
    }),
  );
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(isOut).toBe(false);
  request.resume();
  await out;
});

test("when the other side is gone, what is written goes nowhere, and the end comes", async () => {
  const { response, request } = await begin();
  request.socket.destroy();
  response.write(Buffer.alloc(4 * 1024 * 1024));
  let isOut = false;
  response.onceOut(() => {
    isOut = true;
  });
  await response.end();
  response.write(Buffer.from("later"));
  await response.end();
  expect(isOut).toBe(true);
});
