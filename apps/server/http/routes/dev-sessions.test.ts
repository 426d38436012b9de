import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Client } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";
import { aTenant } from "../../testing/tenants.ts";

const opened = new AsyncDisposableStack();
let one: TestServer;
let two: TestServer;
let namespaceId: string;
let vendorUrl: string;
const vendor = createServer((_request, response) =>
  response.end(JSON.stringify({ ok: true, team_id: "T1", team: "us", user_id: "U1", bot_id: "B1" })),
);

beforeAll(async () => {
  await new Promise<void>((resolve) => vendor.listen(0, "127.0.0.1", resolve));
  vendorUrl = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}/api`;
  const environment = { FLOWW_ALLOW_ADDRESSES: "127.0.0.1/32" };
  one = opened.use(await startTestServer({ environment }));
  two = opened.use(await startTestServer({ beside: one, environment }));
  namespaceId = (await client(one).whoAmI({})).namespaces[0]!.id;
}, 60_000);
afterAll(async () => {
  await opened.disposeAsync();
  vendor.close();
});

/** The same person, at either server. */
function client(server: TestServer): Client {
  return server.client(one.ownerToken);
}

function aHook(path: string, response: "handler" | "ack" = "handler") {
  return {
    handlerId: `hook:${path}`,
    provider: { type: "builtin", alias: "default" },
    type: "onWebhook",
    key: `POST ${path}`,
    input: { method: "POST" as const, path, response },
  };
}

function aManifest(...paths: string[]) {
  return {
    abi: 1 as const,
    triggers: [aHook("/later", "ack"), ...paths.map((path) => aHook(path))],
    providers: [{ type: "slack", alias: "default" }],
    secrets: [],
    warnings: [],
  };
}

let workflows = 0;

interface Opening {
  clientId?: string;
  workflowId?: string;
  paths?: string[];
  debug?: boolean;
}

/** A laptop whose session was opened at one server. */
async function aLaptop(
  at: TestServer,
  { clientId = "terminal-one", paths = ["/hook"], debug = false, ...more }: Opening = {},
) {
  const made = { params: { namespaceId }, body: { name: `dev-${workflows++}` } };
  const workflowId = more.workflowId ?? (await client(at).createWorkflow(made)).id;
  const session = await client(at).openDevSession({
    params: { namespaceId, workflowId },
    body: { manifest: aManifest(...paths), clientId, debug },
  });
  const params = { namespaceId, devSessionId: session.id };
  const keep = (server: TestServer) => client(server).keepDevSession({ params, body: { clientId } });
  return {
    workflowId,
    session,
    params,
    keep,
    /** What a caller gets at one server. */
    call: (server: TestServer, path: string, body: string | Uint8Array<ArrayBuffer> = "") =>
      fetch(`${server.localUrl}${new URL(session.webhookUrl).pathname}${path}`, { method: "POST", body }),
    /** The event that waits, as the laptop hears of it at one server. */
    hear: async (server: TestServer): Promise<string> => {
      for (;;) {
        const { waiting } = await keep(server);
        if (waiting[0] !== undefined) return waiting[0];
      }
    },
  };
}

/** Its end, which is committed after the laptop has handed it in. */
async function finished(executionId: string) {
  for (;;) {
    const found = await client(two).getExecution({ params: { namespaceId, executionId } });
    if (found.finishedAt !== undefined) return found;
  }
}

const PIECE_BYTES = 16 * 1024;
const base64 = (text: string | Uint8Array) => Buffer.from(text as string).toString("base64");

/** The two servers: where the laptop hands in, and where its caller waits. */
const places: [string, () => [TestServer, TestServer]][] = [
  ["at the server that has the caller", () => [one, one]],
  ["at the other server, which opened the session", () => [one, two]],
  ["at the other server, which did not open the session", () => [two, one]],
];

describe.each(places)("what a laptop hands in %s", (_, where) => {
  /** An event that was taken, and the answer that its caller waits for. */
  async function taken(body: string | Uint8Array<ArrayBuffer> = "ping", opening: Opening = {}) {
    const [here, there] = where();
    const laptop = await aLaptop(one, opening);
    const answer = laptop.call(there, "/hook", body);
    const executionId = await laptop.hear(here);
    const params = { ...laptop.params, executionId };
    const event = await client(here).takeDevExecution({ params });
    return { laptop, api: client(here), params, event, answer, executionId };
  }

  test("is its answer, its log and its end", async () => {
    const { api, params, event, answer, executionId } = await taken();
    expect([event.handlerId, event.attempt, Buffer.from(event.bodyBase64, "base64").toString()]).toEqual([
      "hook:/hook",
      1,
      "ping",
    ]);
    expect(event.timeoutMs).toBeGreaterThan(0);
    const lines = [{ level: "warn" as const, at: new Date(0).toISOString(), text: "of the laptop: ü\u0000" }];
    await api.logDevExecution({ params, body: { lines } });
    const headers: [string, string][] = [["x-from", "laptop"]];
    const handed = { status: 201, headers, bodyBase64: base64("pong") };
    await api.endDevExecution({ params, body: { status: "completed", answer: handed } });
    const given = await answer;
    expect([given.status, given.headers.get("x-from"), await given.text()]).toEqual([201, "laptop", "pong"]);
    const read = { params: { namespaceId, executionId } };
    expect(await api.getExecution(read)).toMatchObject({ status: "completed", origin: "dev" });
    expect((await api.listExecutionLogs({ ...read, query: {} })).items).toMatchObject([
      { level: "warn", text: expect.stringContaining("of the laptop: ü") },
    ]);
    const again = api.endDevExecution({ params, body: { status: "completed" } });
    await expect(again).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  });

  test("is what its handler asks of the server, with the server's own errors", async () => {
    const { api, params, answer } = await taken();
    const ask = (operation: string, input: object) =>
      api.callFromDev({ params, body: { operation, input: input as never } });
    const item = { store: "default", table: params.executionId, key: "k" };
    await ask("kv.set", { ...item, value: '"kept"' });
    expect((await ask("kv.get", item)).value).toMatchObject({ value: '"kept"' });
    await expect(ask("kv.nothing", {})).rejects.toMatchObject({ code: "OPERATION_UNKNOWN" });
    await api.endDevExecution({ params, body: { status: "completed" } });
    expect((await answer).status).toBe(204);
  });

  test("is a vendor's call", async () => {
    const fields = {
      bot_token: "xoxb-1",
      signing_secret: "8f742231b10e8888abcd99yyyzzz85a5",
      api_url: vendorUrl,
    };
    await client(one).setProvider({ params: { namespaceId }, body: { type: "slack", fields } });
    const { api, params, answer } = await taken();
    const request = {
      connection: { type: "slack", alias: "default" },
      method: "POST",
      url: "https://slack.com/api/auth.test",
      headers: [] as [string, string][],
      bodyBase64: base64("{}"),
    };
    const given = await api.fetchFromDev({ params, body: request });
    expect(given.status).toBe(200);
    expect(JSON.parse(Buffer.from(given.bodyBase64, "base64").toString())).toMatchObject({ team_id: "T1" });
    const elsewhere = api.fetchFromDev({ params, body: { ...request, url: "https://example.com/" } });
    await expect(elsewhere).rejects.toMatchObject({ code: "PROVIDER_CALL_REFUSED" });
    await api.endDevExecution({ params, body: { status: "completed" } });
    await answer;
  });

  test("is an early answer, once", async () => {
    const { api, params, answer, executionId } = await taken();
    const body = { status: 202, headers: [], bodyBase64: base64("taken") };
    await api.answerDevExecution({ params, body });
    const given = await answer;
    expect([given.status, await given.text()]).toEqual([202, "taken"]);
    await expect(api.answerDevExecution({ params, body })).rejects.toMatchObject({
      code: "ALREADY_ANSWERED",
    });
    await api.endDevExecution({ params, body: { status: "completed" } });
    expect(await finished(executionId)).toMatchObject({ status: "completed", answer: { status: 202 } });
  });

  test("is a stream of 200 pieces, whole and in order, and never two at once", async () => {
    const { api, params, answer, executionId } = await taken();
    await expect(api.chunkDevExecution({ params, body: Buffer.from("x") })).rejects.toMatchObject({
      code: "STATE_CONFLICT",
    });
    await api.answerDevExecution({
      params,
      body: { status: 200, headers: [], bodyBase64: "", stream: true },
    });
    const read = (await answer).arrayBuffer();
    for (let piece = 0; piece < 200; piece++)
      await api.chunkDevExecution({ params, body: Buffer.alloc(PIECE_BYTES, piece) });
    await api.endDevExecution({ params, body: { status: "completed" } });
    const bytes = Buffer.from(await read);
    expect(bytes.byteLength).toBe(200 * PIECE_BYTES);
    expect(Array.from({ length: 200 }, (_, piece) => bytes[piece * PIECE_BYTES])).toEqual(
      Array.from({ length: 200 }, (_, piece) => piece),
    );
    expect((await finished(executionId)).status).toBe("completed");
  });

  test("is as large as any body and any answer may be", async () => {
    const body = new Uint8Array(5_000_000).fill(7);
    const { api, params, event, answer } = await taken(body);
    expect(Buffer.from(event.bodyBase64, "base64").equals(body)).toBe(true);
    const handed = { status: 200, headers: [], bodyBase64: event.bodyBase64 };
    await api.endDevExecution({ params, body: { status: "completed", answer: handed } });
    expect(Buffer.from(await (await answer).arrayBuffer()).equals(body)).toBe(true);
  });

  test("is the error of a handler, which its caller learns nothing of", async () => {
    const { api, params, answer, executionId } = await taken();
    const error = {
      code: "USER_ERROR",
      name: "TypeError",
      message: "on purpose",
      stack: "TypeError: on purpose",
    };
    await api.endDevExecution({ params, body: { status: "failed", error } });
    const given = await answer;
    expect([given.status, await given.text()]).toEqual([500, expect.not.stringContaining("on purpose")]);
    expect((await api.getExecution({ params: { namespaceId, executionId } })).error).toMatchObject(error);
  });

  test("is refused once the run was cancelled anywhere", async () => {
    const { api, params, answer, executionId } = await taken();
    await client(two).cancelExecution({ params: { namespaceId, executionId } });
    expect((await answer).status).toBe(500);
    const end = api.endDevExecution({ params, body: { status: "completed" } });
    await expect(end).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  });

  test("knows no deadline while a debugger is attached", async () => {
    const { api, params, event, answer } = await taken("", { debug: true });
    expect(event.timeoutMs).toBeUndefined();
    await api.endDevExecution({ params, body: { status: "completed" } });
    await answer;
  });

  test("ends when another terminal takes over, at whichever server", async () => {
    const { laptop, api, params, answer } = await taken();
    const [here] = where();
    const { workflowId } = laptop;
    const second = await aLaptop(two, { workflowId, clientId: "terminal-two" });
    expect([second.session.tookOver, second.session.id]).toEqual([true, laptop.session.id]);
    expect((await answer).status).toBe(503);
    await expect(api.endDevExecution({ params, body: { status: "completed" } })).rejects.toMatchObject({
      code: "STATE_CONFLICT",
    });
    expect((await laptop.keep(here)).isCurrent).toBe(false);
    // Leaving ends nothing of what the second has.
    const next = second.call(one, "/hook");
    const executionId = await second.hear(two);
    const taking = { ...params, executionId };
    await client(here).takeDevExecution({ params: taking });
    await api.closeDevSession({ params: laptop.params, query: { clientId: "terminal-one" } });
    await api.endDevExecution({ params: taking, body: { status: "completed" } });
    expect((await next).status).toBe(204);
  });

  test("ends when its terminal leaves", async () => {
    const { laptop, api, answer } = await taken();
    await api.closeDevSession({ params: laptop.params, query: { clientId: "terminal-one" } });
    expect((await answer).status).toBe(503);
    const { workflowId } = laptop;
    for (const server of [one, two]) {
      const found = client(server).getDevSession({ params: { namespaceId, workflowId } });
      await expect(found).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
  });
});

describe("a session", () => {
  test("listens at every server for what it declares, from the answer on that says so", async () => {
    const laptop = await aLaptop(one);
    const { workflowId } = laptop;
    for (let round = 0; round < 20; round++) {
      const [at, other] = round % 2 === 0 ? [one, two] : [two, one];
      const path = `/round-${round}`;
      await aLaptop(at, { workflowId, paths: [path] });
      expect((await laptop.call(other, `/round-${round - 1}`)).status).toBe(404);
      const answer = laptop.call(other, path);
      const params = { ...laptop.params, executionId: await laptop.hear(at) };
      await client(at).takeDevExecution({ params });
      await client(at).endDevExecution({ params, body: { status: "completed" } });
      expect((await answer).status).toBe(204);
    }
  });

  test("is connected at every server, whichever its laptop keeps in touch with", async () => {
    const { session, workflowId, keep } = await aLaptop(one);
    for (const server of [two, one, two]) {
      expect((await keep(server)).isCurrent).toBe(true);
      const found = await client(server).getDevSession({ params: { namespaceId, workflowId } });
      expect(found.id).toBe(session.id);
    }
  });

  test("is given what came in for it while it was away, whichever server that came to", async () => {
    const laptop = await aLaptop(one);
    const { workflowId } = laptop;
    await client(two).closeDevSession({ params: laptop.params, query: { clientId: "terminal-one" } });
    const statuses = [await laptop.call(one, "/later", "1"), await laptop.call(two, "/later", "2")];
    expect(statuses.map(({ status }) => status)).toEqual([202, 202]);
    await aLaptop(two, { workflowId });
    // The first server starts what comes to it now; the laptop hears of all three at the other.
    await laptop.call(one, "/later", "3");
    const bodies: string[] = [];
    while (bodies.length < 3) {
      const params = { ...laptop.params, executionId: await laptop.hear(two) };
      const event = await client(two).takeDevExecution({ params });
      bodies.push(Buffer.from(event.bodyBase64, "base64").toString());
      await client(one).endDevExecution({ params, body: { status: "completed" } });
    }
    expect(bodies.sort()).toEqual(["1", "2", "3"]);
  });

  test("gives an event to one who takes it, however many do at once", async () => {
    const laptop = await aLaptop(one);
    for (let round = 0; round < 10; round++) {
      const answer = laptop.call(round % 2 === 0 ? one : two, "/hook");
      const params = { ...laptop.params, executionId: await laptop.hear(one) };
      const takes = [one, two, one, two].map((server) => client(server).takeDevExecution({ params }));
      const settled = await Promise.allSettled(takes);
      expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(settled.flatMap((take) => (take.status === "rejected" ? [take.reason.code] : []))).toEqual(
        Array(3).fill("STATE_CONFLICT"),
      );
      await client(two).endDevExecution({ params, body: { status: "completed" } });
      expect((await answer).status).toBe(204);
    }
  });

  test("is nobody else's, at any server", async () => {
    const stranger = await aTenant(one);
    const laptop = await aLaptop(one);
    const answer = laptop.call(two, "/hook");
    const executionId = await laptop.hear(two);
    const theirs = { ...laptop.params, namespaceId: stranger.ids.namespace };
    for (const server of [one, two]) {
      const asStranger = server.client(stranger.owner.accessToken);
      for (const devSession of [laptop.params, theirs]) {
        const params = { ...devSession, executionId };
        const tries = [
          asStranger.keepDevSession({ params: devSession, body: { clientId: "terminal-one" } }),
          asStranger.refreshDoorbell({ params: devSession }),
          asStranger.closeDevSession({ params: devSession, query: { clientId: "terminal-one" } }),
          asStranger.takeDevExecution({ params }),
          asStranger.endDevExecution({ params, body: { status: "completed" } }),
          asStranger.callFromDev({ params, body: { operation: "kv.get", input: {} } }),
          asStranger.chunkDevExecution({ params, body: Buffer.from("x") }),
        ];
        for (const tried of await Promise.allSettled(tries))
          expect(tried).toMatchObject({ status: "rejected", reason: { code: "NOT_FOUND" } });
      }
      // The owner of the event, through another session of theirs.
      const other = await aLaptop(server);
      const params = { ...other.params, executionId };
      await expect(client(server).takeDevExecution({ params })).rejects.toMatchObject({
        code: "STATE_CONFLICT",
      });
    }
    const params = { ...laptop.params, executionId };
    await client(one).takeDevExecution({ params });
    await client(one).endDevExecution({ params, body: { status: "completed" } });
    expect((await answer).status).toBe(204);
  });

  test("opens also while a server that counts as living says nothing, and does not wait for it for long", async () => {
    const silent = "00000000-0000-7000-8000-000000000001";
    const lease = "insert into servers (id, lease_until) values ($1, now() + interval '1 hour')";
    await one.database.query(lease, [silent]);
    const startedAt = performance.now();
    const laptop = await aLaptop(one);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    await one.database.query("delete from servers where id = $1", [silent]);
    const answer = laptop.call(two, "/hook");
    const params = { ...laptop.params, executionId: await laptop.hear(one) };
    await client(one).takeDevExecution({ params });
    await client(one).endDevExecution({ params, body: { status: "completed" } });
    expect((await answer).status).toBe(204);
  });
});
