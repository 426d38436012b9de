import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { limits } from "@floww/contract/limits";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { peakOf, residentOf, startPeak } from "../../apps/server/testing/memory-peak.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

const MB = 1024 * 1024;
/** What any of these may cost the server. */
const MEMORY_BYTES_MAX = 50 * MB;
const STREAM_BYTES = 24 * MB;

const SOURCE = `
import { Builtin } from "floww";
const builtin = new Builtin();
builtin.triggers.onWebhook({ path: "/echo", handler: (ctx, { body, rawBody, headers }) => ({
  size: rawBody.length,
  sent: rawBody.length < 16 ? new TextDecoder().decode(rawBody) : "",
  type: body instanceof Uint8Array ? "bytes" : typeof body,
  fields: body instanceof Uint8Array ? 0 : Object.keys(body ?? {}).length,
  headers: Object.keys(headers),
}) });
builtin.triggers.onWebhook({ path: "/stream", handler: () => {
  let left = ${STREAM_BYTES / 65_536};
  return new Response(new ReadableStream({ pull(controller) {
    if (left-- > 0) controller.enqueue(new Uint8Array(65536));
    else controller.close();
  } }));
} });
`;

let server: TestServer;
let project: WorkflowProject;
let folder: string;
let log: number;
let hook: URL;
let database: Awaited<ReturnType<TestServer["openDatabase"]>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floww-attacks-"));
  log = openSync(join(folder, "stderr"), "a");
  server = await startTestServer({ stderr: log });
  database = await server.openDatabase();
  project = await createProject("attacks", SOURCE);
  const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
  const { triggers } = JSON.parse(stdout) as { triggers: { url: string }[] };
  hook = new URL(triggers.find(({ url }) => url.endsWith("/echo"))!.url);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await project[Symbol.asyncDispose]();
  closeSync(log);
  await rm(folder, { recursive: true, force: true });
});

function open(): Socket {
  const socket = connect({ host: hook.hostname, port: Number(hook.port) });
  // The server may close on a caller that still sends.
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** All that comes back until the server closes the connection. */
async function send(...parts: (string | Uint8Array)[]): Promise<string> {
  const socket = open();
  for (const part of parts) {
    if (part === HANG_UP) socket.end();
    else socket.write(part);
  }
  const { promise, resolve } = Promise.withResolvers<string>();
  let heard = "";
  socket.on("data", (data) => {
    heard += data.toString("latin1");
  });
  socket.once("close", () => resolve(heard));
  return await promise;
}

/** Resolves with what tells how much more memory the server has had since, at its peak. */
async function startMeasure(): Promise<() => Promise<number>> {
  const pid = server.process.pid!;
  const before = await residentOf(pid);
  await startPeak(pid);
  return async () => (await peakOf(pid)) - before;
}

const statusesIn = (heard: string) =>
  [...heard.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status).join(" ");
const valueIn = (heard: string) =>
  JSON.parse(heard.slice(heard.lastIndexOf("\r\n\r\n"))) as Record<string, unknown>;
/** A request for the webhook that is the last one on its connection. */
const post = (...headers: string[]) =>
  [`POST ${hook.pathname} HTTP/1.1`, "host: x", "connection: close", ...headers, "", ""].join("\r\n");
const get = (target: string) => `GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`;
const chunked = (body: string) => `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;

async function assertServed(): Promise<void> {
  expect(valueIn(await send(post("content-length: 2"), "{}"))).toMatchObject({ sent: "{}" });
}

async function countRuns(): Promise<number> {
  const [row] = await database.query<{ count: string }>("select count(*) from executions");
  return Number(row!.count);
}

/** What comes back, and how many events the server takes it for. */
interface Attack {
  sent: () => (string | Uint8Array)[];
  statuses: string;
  runs?: number;
}

/** In the place of a part: nothing more comes. */
const HANG_UP = "";
const CHUNKED = "transfer-encoding: chunked";
const NOTHING = "0\r\n\r\n";

const attacks: Record<string, Attack> = {
  "a length that is longer than the body": {
    sent: () => [post("content-length: 40"), "{}", HANG_UP],
    statuses: "400",
  },
  "a length of more than any number": {
    sent: () => [post(`content-length: ${"9".repeat(30)}`), "{}"],
    statuses: "400",
  },
  "a negative length": { sent: () => [post("content-length: -2"), "{}"], statuses: "400" },
  "a length with a sign": { sent: () => [post("content-length: +2"), "{}"], statuses: "400" },
  "a length in another base": { sent: () => [post("content-length: 0x2"), "{}"], statuses: "400" },
  "a length and chunks": { sent: () => [post("content-length: 5", CHUNKED), NOTHING], statuses: "400" },
  "chunks and a length": { sent: () => [post(CHUNKED, "content-length: 5"), NOTHING], statuses: "400" },
  "two lengths": { sent: () => [post("content-length: 2", "content-length: 3"), "{}"], statuses: "400" },
  "two lengths in one": { sent: () => [post("content-length: 2, 3"), "{}"], statuses: "400" },
  "two encodings": { sent: () => [post(CHUNKED, "transfer-encoding: identity"), NOTHING], statuses: "400" },
  "chunks in chunks": { sent: () => [post(`${CHUNKED}, chunked`), NOTHING], statuses: "400" },
  "an encoding that only looks like chunks": {
    sent: () => [post("transfer-encoding: xchunked"), NOTHING],
    statuses: "400",
  },
  "a header that is folded": { sent: () => [post("x-a: 1", " content-length: 2"), "{}"], statuses: "400" },
  "an encoding that is folded": {
    sent: () => [post("transfer-encoding:", " chunked"), NOTHING],
    statuses: "400",
  },
  "a bare line feed": { sent: () => [post("x-a: 1\ncontent-length: 2"), "{}"], statuses: "400" },
  "a bare carriage return": { sent: () => [post("x-a: 1\rcontent-length: 2"), "{}"], statuses: "400" },
  "only line feeds": {
    sent: () => [post("content-length: 2").replaceAll("\r\n", "\n"), "{}"],
    statuses: "400",
  },
  "a space before the colon": { sent: () => [post("content-length : 2"), "{}"], statuses: "400" },
  "a NUL in a header": { sent: () => [post("x-a: a\0b")], statuses: "400" },
  "a chunk with a bare line feed": { sent: () => [post(CHUNKED), "2\n{}\r\n", NOTHING], statuses: "400" },
  "a chunk of negative size": { sent: () => [post(CHUNKED), "-2\r\n{}\r\n", NOTHING], statuses: "400" },
  "a chunk of more than any number": {
    sent: () => [post(CHUNKED), `${"f".repeat(17)}\r\n{}\r\n`],
    statuses: "400",
  },
  "a chunk that is longer than it says": {
    sent: () => [post(CHUNKED), "2\r\n{}XX", NOTHING],
    statuses: "400",
  },
  "a chunk with an endless extension": {
    sent: () => [post(CHUNKED), `2;${"a".repeat(20_000)}\r\n`],
    statuses: "413",
  },
  "a request that is no HTTP": {
    sent: () => [Buffer.from("16030100a5010000a10303", "hex")],
    statuses: "400",
  },
  "a made-up method": { sent: () => [post().replace("POST", "FLOWW")], statuses: "400" },
  "a method in lower case": { sent: () => [post().replace("POST", "post")], statuses: "400" },
  TRACE: { sent: () => [post("cookie: a=b").replace("POST", "TRACE")], statuses: "404" },
  "CONNECT, which is hung up on": { sent: () => [post().replace("POST", "CONNECT")], statuses: "" },
  "a method of WebDAV": { sent: () => [post().replace("POST", "PROPFIND")], statuses: "404" },
  "a body with GET": {
    sent: () => [post("content-length: 2").replace("POST", "GET"), "{}"],
    statuses: "404",
  },
  "a path of bytes": {
    sent: () => [Buffer.from(post().replace("/echo", "/echo?\u00ff\u00fe"), "latin1")],
    statuses: "400",
  },
  "a fragment": { sent: () => [post().replace("/echo", "/echo#x")], statuses: "404" },
  "no host": { sent: () => [post("content-length: 2").replace("host: x\r\n", ""), "{}"], statuses: "400" },
  "a whole address for a path": {
    sent: () => [post("content-length: 2").replace("POST ", "POST http://other.example:81"), "{}"],
    statuses: "200",
    runs: 1,
  },
  "a whole address without a path": {
    sent: () => [post().replace(hook.pathname, "http://other.example?/webhook/")],
    statuses: "405",
  },
  "a whole address of the API": {
    sent: () => [get("http://other.example/api/me")],
    statuses: "401",
  },
  "no path but an asterisk": { sent: () => [get("*").replace("GET", "OPTIONS")], statuses: "400" },
  "a path of two slashes": { sent: () => [get("//other.example/login")], statuses: "404" },
  "a host that is none, to the API": {
    sent: () => [get("/api/me").replace("host: x", "host: a b")],
    statuses: "400",
  },
  "TRACE, to the API": { sent: () => [get("/api/me").replace("GET", "TRACE")], statuses: "405" },
  "chunks and a length, to the API": {
    sent: () => [get("/api/me").replace("host", `content-length: 5\r\n${CHUNKED}\r\nhost`), NOTHING],
    statuses: "400",
  },
  "an answer to a wait that is none, without an end": {
    sent: () => [
      get("/callbacks/none").replace("GET", "POST").replace("host", `${CHUNKED}\r\nhost`),
      "1\r\nx\r\n",
    ],
    statuses: "404",
  },
  "an offer of HTTP/2": {
    sent: () => [post("content-length: 2").replace("close", "close, upgrade\r\nupgrade: h2c"), "{}"],
    statuses: "200",
    runs: 1,
  },
  "an offer of a WebSocket": {
    sent: () => [post("content-length: 2").replace("close", "close, upgrade\r\nupgrade: websocket"), "{}"],
    statuses: "200",
    runs: 1,
  },
  "a question before a body that is too large": {
    sent: () => [post("expect: 100-continue", `content-length: ${limits.bodyBytesMax + 1}`)],
    statuses: "413",
  },
  "a question before a body": {
    sent: () => [post("expect: 100-continue", "content-length: 2"), "{}"],
    statuses: "100 200",
    runs: 1,
  },
  "another expectation": { sent: () => [post("expect: tea", "content-length: 2"), "{}"], statuses: "417" },
  "a hundred thousand headers": {
    sent: () => [post(...Array.from({ length: 100_000 }, (_, index) => `h${index}: x`))],
    statuses: "431",
  },
  "a header of 64 kB": { sent: () => [post(`x-a: ${"a".repeat(64 * 1024)}`)], statuses: "431" },
  "a path of 64 kB": { sent: () => [post().replace("/echo", `/${"a".repeat(64 * 1024)}`)], statuses: "431" },
  "headers behind the body": {
    sent: () => [post(CHUNKED), "2\r\n{}\r\n0\r\nx-late: 1\r\n\r\n"],
    statuses: "200",
    runs: 1,
  },
  "a hundred thousand headers behind the body": {
    sent: () => [post(CHUNKED), `2\r\n{}\r\n0\r\n${"a: b\r\n".repeat(100_000)}\r\n`],
    statuses: "431",
  },
  "HTTP/1.0": {
    sent: () => [post("content-length: 2").replace("HTTP/1.1", "HTTP/1.0"), "{}"],
    statuses: "200",
    runs: 1,
  },
};

describe("a caller that sends", () => {
  test.each(Object.entries(attacks))("%s", async (_name, { sent, statuses, runs = 0 }) => {
    const before = await countRuns();
    const heard = await send(...sent());
    expect(statusesIn(heard)).toBe(statuses);
    expect(heard).not.toMatch(/\bat .*:\d+|node:|\.ts\b/);
    await assertServed();
    expect((await countRuns()) - before).toBe(runs + 1);
  });
});

test("five requests in one write are answered in their order", async () => {
  const kept = post("content-length: 1").replace("close", "keep-alive");
  const heard = await send(
    `${kept}1${kept.replace("/echo", "/none")}2${kept}3${kept}4${post("content-length: 1")}5`,
  );
  expect(statusesIn(heard)).toBe("200 404 200 200 200");
  expect([...heard.matchAll(/"sent":"(.)"/g)].map(([, body]) => body)).toEqual(["1", "3", "4", "5"]);
});

test("what follows a body is no part of it, and no request", async () => {
  const before = await countRuns();
  const heard = await send(`${post("content-length: 2").replace("close", "keep-alive")}{}smuggled`);
  expect(statusesIn(heard)).toBe("400");
  // Whether the event before it still runs is a matter of moments; its caller is at fault either way.
  expect((await countRuns()) - before).toBeLessThanOrEqual(1);
});

test("headers behind a body are none of its request", async () => {
  const { headers } = valueIn(await send(post(CHUNKED), "2\r\n{}\r\n0\r\nx-late: 1\r\n\r\n"));
  expect(headers).toEqual(["host", "connection", "transfer-encoding"]);
});

test("what is compressed to a thousandth reaches the handler as it came", async () => {
  const member = gzipSync(Buffer.alloc(64 * MB));
  // One after the other they are a file of 4 GB.
  const bomb = Buffer.concat(Array.from({ length: 64 }, () => member));
  const before = await startMeasure();
  const heard = await send(
    post("content-encoding: gzip", "content-type: application/json", `content-length: ${bomb.byteLength}`),
    bomb,
  );
  expect(valueIn(heard)).toMatchObject({ size: bomb.byteLength, type: "bytes" });
  expect(await before()).toBeLessThan(MEMORY_BYTES_MAX);
});

test("JSON in UTF-16 reaches the handler as bytes", async () => {
  const body = Buffer.from('\ufeff{"a":1}', "utf16le");
  const heard = await send(
    post("content-type: application/json; charset=utf-16", `content-length: ${body.byteLength}`),
    body,
  );
  expect(valueIn(heard)).toMatchObject({ size: body.byteLength, type: "bytes" });
});

test("a form of a hundred thousand fields is an object", async () => {
  const form = Array.from({ length: 100_000 }, (_, index) => `${index}=`).join("&");
  const heard = await send(post("content-type: application/x-www-form-urlencoded", CHUNKED), chunked(form));
  expect(valueIn(heard)).toMatchObject({ type: "object", fields: 100_000 });
});

test("callers who leave in the middle of an offer do no harm", async () => {
  const offer = post().replace("close", "upgrade\r\nupgrade: h2c");
  await Promise.all(
    Array.from({ length: 1_000 }, async () => {
      const socket = open();
      const closed = once(socket, "close");
      socket.write(offer, () => setImmediate(() => socket.resetAndDestroy()));
      await closed;
    }),
  );
  await assertServed();
});

test("4,000 callers who say nothing, or stop in the middle, keep nobody else waiting", async () => {
  const stops = ["", "POST ", post().slice(0, -4), `${post("content-length: 99")}{`];
  const measure = await startMeasure();
  const sockets = await Promise.all(
    Array.from({ length: 4_000 }, async (_, index) => {
      const socket = open();
      await once(socket, "connect");
      socket.write(stops[index % stops.length]!);
      return socket;
    }),
  );
  await assertServed();
  expect(sockets.filter(({ closed }) => closed)).toEqual([]);
  expect(await measure()).toBeLessThan(2 * MEMORY_BYTES_MAX);
});

test("who does not read a stream holds up nobody else's, and no more than a little of it is kept for him", async () => {
  const stream = post("content-length: 0").replace("/echo", "/stream");
  const measure = await startMeasure();
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      const socket = open();
      socket.write(stream);
      await once(socket, "data");
      socket.pause();
    }),
  );
  expect((await send(stream)).length).toBeGreaterThan(STREAM_BYTES);
  await assertServed();
  expect(await measure()).toBeLessThan(2 * MEMORY_BYTES_MAX);
});

test("the server has had nothing to report", async () => {
  expect(server.process.exitCode).toBeNull();
  expect(await readFile(join(folder, "stderr"), "utf8")).toBe("");
});
