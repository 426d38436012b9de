import { createServer } from "node:http";
import { type AddressInfo, BlockList } from "node:net";
import { encodeFrame, FRAME_BYTES_MAX, FrameDecoder, FromExecutor, ToExecutor } from "@floww/contract/frames";
import { formatId } from "@floww/contract/ids";
import { getRequestListener } from "@hono/node-server";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { ServerContext } from "../../context.ts";
import { RemoteRuns } from "../../domain/executions/remote-runs.ts";
import { createRunTokens } from "../../domain/executions/run-tokens.ts";
import { keyRingOf } from "../../testing/home-keys.ts";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";
import { aRun, aTenant, endRun, type Tenant } from "../../testing/tenants.ts";
import { createApi } from "../api.ts";

type Run = Awaited<ReturnType<typeof aRun>>;

let server: TestServer;
let tenant: Tenant;
let run: Run;
beforeAll(async () => {
  server = await startTestServer();
  tenant = await aTenant(server);
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  run = await aRun(server, tenant);
  return () => endRun(server, run);
});

function send(body: Uint8Array<ArrayBuffer>, { token = run.token, id = run.id } = {}): Promise<Response> {
  return fetch(`${server.url}/api/runs/${formatId("execution", id)}/calls`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/octet-stream" },
    body,
  });
}

const framed = (kind: number, header: unknown, body?: Uint8Array) =>
  new Uint8Array(encodeFrame(kind, 9, header, body));
const aCall = (operation: string, input: unknown) => framed(FromExecutor.call, { call: 3, operation, input });

async function framesOf(response: Response) {
  expect(response.headers.get("content-type")).toBe("application/octet-stream");
  return [...new FrameDecoder(FRAME_BYTES_MAX).push(Buffer.from(await response.arrayBuffer()))];
}

async function reply(body: Uint8Array<ArrayBuffer>) {
  const frames = await framesOf(await send(body));
  expect(frames).toMatchObject([{ kind: ToExecutor.reply, run: 9 }]);
  return frames[0]!.header;
}

const errorOf = async (response: Response) => [
  response.status,
  ((await response.json()) as { error: { code: string } }).error.code,
];

test("a run asks for its namespace's values with its token alone", async () => {
  const item = { store: "default", table: "t", key: run.id };
  expect(await reply(aCall("kv.set", { ...item, value: "1" }))).toEqual({
    call: 3,
    value: { version: expect.any(Number) },
  });
  expect(await reply(aCall("kv.get", item))).toMatchObject({ call: 3, value: { value: "1" } });
});

test("what an operation refuses comes back as its reply", async () => {
  expect(await reply(aCall("kv.drop", {}))).toMatchObject({ call: 3, error: { code: "OPERATION_UNKNOWN" } });
  const secret = aCall("secret.value", { name: "stripe", credential: "default" });
  expect(await reply(secret)).toMatchObject({ error: { code: "SECRET_UNDECLARED" } });
});

test("a vendor that its version does not declare is not called", async () => {
  const header = {
    call: 4,
    connection: { type: "github", alias: "default" },
    method: "GET",
    url: "https://api.github.com/user",
    headers: [],
  };
  const frames = await framesOf(await send(framed(FromExecutor.fetch, header)));
  expect(frames).toMatchObject([
    { kind: ToExecutor.fetched, header: { call: 4, error: { code: "PROVIDER_UNDECLARED" } } },
  ]);
});

test("the token dies with its run, and with the start that it was made for", async () => {
  await server.database.query("update executions set epoch = 2 where id = $1", [run.id]);
  expect(await errorOf(await send(aCall("kv.get", {})))).toEqual([401, "UNAUTHENTICATED"]);
  await server.database.query("update executions set epoch = 1 where id = $1", [run.id]);
  expect((await send(aCall("kv.get", {}))).status).toBe(200);
  await endRun(server, run);
  expect(await errorOf(await send(aCall("kv.get", {})))).toEqual([401, "UNAUTHENTICATED"]);
});

test("it leads to no other run, and a person's key to none", async () => {
  await using other = Object.assign(await aRun(server, tenant), {
    [Symbol.asyncDispose]: () => endRun(server, other),
  });
  expect(await errorOf(await send(aCall("kv.get", {}), { id: other.id }))).toEqual([404, "NOT_FOUND"]);
  expect(await errorOf(await send(aCall("kv.get", {}), { token: tenant.key }))).toEqual([
    401,
    "UNAUTHENTICATED",
  ]);
});

test.each([
  ["nothing", new Uint8Array(0)],
  ["no frame", new Uint8Array(Buffer.from("GET / HTTP/1.1"))],
  ["half a frame", framed(FromExecutor.call, { call: 1 }).slice(0, -1)],
  ["two frames", new Uint8Array(Buffer.concat([aCall("kv.get", {}), aCall("kv.get", {})]))],
  ["a frame of the answer", framed(FromExecutor.done, {})],
  ["a call without a number", framed(FromExecutor.call, { operation: "kv.get", input: {} })],
])("%s is refused", async (_, body) => {
  expect(await errorOf(await send(body))).toEqual([400, "INPUT_INVALID"]);
});

test("a frame over the bound of frames is refused", async () => {
  const body = new Uint8Array(FRAME_BYTES_MAX + 1);
  expect(await errorOf(await send(body))).toEqual([413, "BODY_TOO_LARGE"]);
});

test("a run that goes away while a vendor thinks ends the call to the vendor", async () => {
  const called = Promise.withResolvers<AbortSignal>();
  const remoteRuns = new RemoteRuns();
  using _ = remoteRuns.open(run, {
    call: async () => null,
    fetch: (_request, signal) => {
      called.resolve(signal);
      return new Promise(() => undefined);
    },
  });
  const url = new URL(server.url);
  // As much of a server's context as this route looks at.
  const context = {
    database: server.database,
    runTokens: createRunTokens(await keyRingOf(server)),
    remoteRuns,
    trustedProxies: new BlockList(),
    publicUrl: () => url,
    report: (error: unknown) => server.reported.push(error),
  } as unknown as ServerContext;
  const beside = createServer(getRequestListener(createApi(context).fetch));
  await new Promise<void>((resolve) => beside.listen(0, "127.0.0.1", resolve));
  url.port = String((beside.address() as AddressInfo).port);
  const header = {
    call: 4,
    connection: { type: "github", alias: "default" },
    method: "GET",
    url: "https://api.github.com/user",
    headers: [],
  };
  const gone = new AbortController();
  const asked = fetch(new URL(`/api/runs/${formatId("execution", run.id)}/calls`, url), {
    method: "POST",
    headers: { authorization: `Bearer ${run.token}`, "content-type": "application/octet-stream" },
    body: framed(FromExecutor.fetch, header),
    signal: gone.signal,
  });
  const atVendor = await called.promise;
  expect(atVendor.aborted).toBe(false);
  gone.abort();
  await expect(asked).rejects.toThrow();
  await new Promise<void>((resolve) => {
    if (atVendor.aborted) resolve();
    else atVendor.addEventListener("abort", () => resolve());
  });
  beside.close();
});
