import type { Client } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";

const opened = new AsyncDisposableStack();
let one: TestServer;
let two: TestServer;
let namespaceId: string;

beforeAll(async () => {
  one = opened.use(await startTestServer());
  two = opened.use(await startTestServer({ beside: one }));
  namespaceId = (await client(one).whoAmI({})).namespaces[0]!.id;
}, 60_000);
afterAll(() => opened.disposeAsync());

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

const manifest = {
  abi: 1 as const,
  triggers: [aHook("/hook"), aHook("/later", "ack")],
  providers: [],
  secrets: [],
  warnings: [],
};

let workflows = 0;

/** A laptop whose session was opened at one server. */
async function aLaptop(at: TestServer, more: { clientId?: string; workflowId?: string } = {}) {
  const { clientId = "terminal-one" } = more;
  const made = async () =>
    (
      await client(at).createWorkflow({
        params: { namespaceId },
        body: { name: `dev-${workflows++}` },
      })
    ).id;
  const workflowId = more.workflowId ?? (await made());
  const session = await client(at).openDevSession({
    params: { namespaceId, workflowId },
    body: { manifest, clientId },
  });
  const params = { namespaceId, devSessionId: session.id };
  return {
    workflowId,
    session,
    params,
    /** What a caller gets at one server's webhook. */
    call: (server: TestServer, path: string, init: RequestInit = {}) =>
      fetch(`${server.localUrl}${new URL(session.webhookUrl).pathname}${path}`, { method: "POST", ...init }),
    keep: (server: TestServer) => client(server).keepDevSession({ params, body: { clientId } }),
    /** The event that waits, as the laptop hears of it at one server. */
    hear: async (server: TestServer): Promise<string> => {
      for (;;) {
        const { waiting } = await client(server).keepDevSession({ params, body: { clientId } });
        if (waiting[0] !== undefined) return waiting[0];
      }
    },
  };
}

const directions = [
  { name: "came in where the session was not opened", laptopAt: () => one, callerAt: () => two },
  { name: "came in where the session was opened", laptopAt: () => two, callerAt: () => one },
];

describe.each(directions)("an event that $name", ({ laptopAt, callerAt }) => {
  test("is taken, logged, called from and ended through the other server", async () => {
    const [here, there] = [laptopAt(), callerAt()];
    const laptop = await aLaptop(one);
    const answer = laptop.call(there, "/hook", { body: "ping" });
    const executionId = await laptop.hear(here);
    const params = { ...laptop.params, executionId };
    const event = await client(here).takeDevExecution({ params });
    expect([event.handlerId, Buffer.from(event.bodyBase64, "base64").toString()]).toEqual([
      "hook:/hook",
      "ping",
    ]);
    await client(here).endDevExecution({
      params,
      body: {
        status: "completed",
        answer: {
          status: 201,
          headers: [["x-from", "laptop"]],
          bodyBase64: Buffer.from("pong").toString("base64"),
        },
      },
    });
    const given = await answer;
    expect([given.status, given.headers.get("x-from"), await given.text()]).toEqual([201, "laptop", "pong"]);
  });
});
