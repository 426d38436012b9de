import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  encodeFrame,
  type Frame,
  FromExecutor,
  STREAM_WINDOW_BYTES,
  ToExecutor,
} from "@floww/contract/frames";
import { afterEach, expect, test } from "vitest";
import { LambdaCalls } from "./lambda-calls.ts";

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function listen(
  answer: RequestListener,
  where: { port?: number; path?: string } = {},
): Promise<string> {
  const server = createServer(answer);
  open.push(server);
  await new Promise<void>((resolve) => {
    if (where.path !== undefined) server.listen(where.path, () => resolve());
    else server.listen(where.port ?? 0, "127.0.0.1", () => resolve());
  });
  return where.path ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}/calls`;
}

/** Asks once; resolves with the frames that the run gets, once this many have come. */
function ask(
  callBack: { url: string; token?: string; socketPath?: string },
  kind: number,
  count = 1,
): { calls: LambdaCalls; frames: Promise<Frame[]> } {
  const heard: Frame[] = [];
  const all = Promise.withResolvers<Frame[]>();
  const calls = new LambdaCalls((frame) => {
    heard.push(frame);
    if (heard.length === count) all.resolve(heard);
  });
  calls.ask({ token: "a token", ...callBack }, { kind, run: 7, header: { call: 3 } });
  return { calls, frames: all.promise };
}

const call = (url: string) => ask({ url }, FromExecutor.call).frames;
const error = (code: string) => [{ run: 7, header: { call: 3, error: { code } } }];

test("a reply comes to the run that asked, whatever number it names, with the token in its request alone", async () => {
  let authorization: string | undefined;
  const url = await listen((request, answer) => {
    authorization = request.headers.authorization;
    answer.end(encodeFrame(ToExecutor.reply, 99, { call: 3, value: 1 }));
  });
  expect(await call(url)).toMatchObject([{ kind: ToExecutor.reply, run: 7, header: { call: 3, value: 1 } }]);
  expect(authorization).toBe("Bearer a token");
});

test("it goes over a socket of the file system where there is no network", async () => {
  const folder = await mkdtemp(join(tmpdir(), "floww-calls-"));
  const socketPath = join(folder, "s");
  await listen((_, answer) => answer.end(encodeFrame(ToExecutor.reply, 7, { call: 3, value: 2 })), {
    path: socketPath,
  });
  const { frames } = ask({ url: "http://floww/calls", socketPath }, FromExecutor.call);
  expect(await frames).toMatchObject([{ header: { value: 2 } }]);
  await rm(folder, { recursive: true });
});

test("a server that starts anew is asked again, since nothing was sent", async () => {
  const url = await listen(() => undefined);
  const port = Number(new URL(url).port);
  await new Promise((resolve) => open.pop()!.close(resolve));
  const frames = call(url);
  await listen((_, answer) => answer.end(encodeFrame(ToExecutor.reply, 7, { call: 3, value: 1 })), { port });
  expect(await frames).toMatchObject([{ header: { value: 1 } }]);
});

test.each([
  ["its token is nobody's any more", 401, "{}", "RUN_ENDED"],
  [
    "the server says why",
    503,
    '{"error":{"code":"DATABASE_UNAVAILABLE","message":"away"}}',
    "DATABASE_UNAVAILABLE",
  ],
  ["something else answers", 502, "<html>Bad gateway</html>", "CALL_UNANSWERED"],
  ["a proxy says so at length", 500, "x".repeat(200_000), "CALL_UNANSWERED"],
])("a refusal is the reply's error: %s", async (_, status, body, code) => {
  const url = await listen((request, answer) => {
    request.resume();
    answer.writeHead(status).end(body);
  });
  expect(await call(url)).toMatchObject(error(code));
});

test.each([
  ["ends without an answer", Buffer.alloc(0)],
  ["breaks off within it", encodeFrame(ToExecutor.reply, 7, { call: 3 }).subarray(0, 6)],
  ["is not frames", Buffer.from("HTTP/1.1 200 OK\r\n\r\n")],
])("an answer that %s is an error, and is not asked for again", async (_, bytes) => {
  let asked = 0;
  const url = await listen((_request, answer) => {
    asked++;
    answer.end(bytes);
  });
  expect(await call(url)).toMatchObject(error("CALL_UNANSWERED"));
  expect(asked).toBe(1);
});

test("a vendor's answer that breaks off after its head is the error of its reader", async () => {
  const url = await listen((_, answer) => {
    answer.write(encodeFrame(ToExecutor.fetched, 7, { call: 3, status: 200, headers: [] }));
    answer.write(encodeFrame(ToExecutor.fetchChunk, 7, { call: 3 }, Buffer.from("begun")), () =>
      answer.destroy(),
    );
  });
  const frames = await ask({ url }, FromExecutor.fetch, 3).frames;
  expect(frames.map(({ kind }) => kind)).toEqual([
    ToExecutor.fetched,
    ToExecutor.fetchChunk,
    ToExecutor.fetchEnd,
  ]);
  expect(frames[2]).toMatchObject({ header: { error: { code: "CALL_UNANSWERED" } } });
});

test("no more than a window is handed on before the run has read it", async () => {
  const piece = Buffer.alloc(64 * 1024);
  const count = 64;
  const url = await listen((_, answer) => {
    answer.write(encodeFrame(ToExecutor.fetched, 7, { call: 3, status: 200, headers: [] }));
    for (let n = 0; n < count; n++) answer.write(encodeFrame(ToExecutor.fetchChunk, 7, { call: 3 }, piece));
    answer.end(encodeFrame(ToExecutor.fetchEnd, 7, { call: 3 }));
  });
  let underWay = 0;
  let most = 0;
  const ended = Promise.withResolvers<void>();
  const calls = new LambdaCalls(({ kind, body }) => {
    underWay += body.byteLength;
    most = Math.max(most, underWay);
    if (kind === ToExecutor.fetchEnd) ended.resolve();
    // Read a turn later, as a slow reader would.
    setImmediate(() => {
      underWay -= body.byteLength;
      calls.taken(3, body.byteLength);
    });
  });
  calls.ask({ url, token: "t" }, { kind: FromExecutor.fetch, run: 7, header: { call: 3 } });
  await ended.promise;
  // What one read of the socket brought is handed on whole.
  expect(most).toBeLessThan(STREAM_WINDOW_BYTES + 128 * 1024);
  expect(most).toBeGreaterThan(0);
});

test("what is dropped ends at the server too, and nobody hears of it", async () => {
  const cut = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const url = await listen((request) => {
    request.socket.once("close", () => cut.resolve());
    asked.resolve();
  });
  let heard = 0;
  const calls = new LambdaCalls(() => heard++);
  calls.ask({ url, token: "t" }, { kind: FromExecutor.fetch, run: 7, header: { call: 3 } });
  await asked.promise;
  calls.dropAll();
  await cut.promise;
  expect(heard).toBe(0);
});
