import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startCliSession } from "../../domain/identity/cli-sessions.ts";
import { deployWebhook } from "../../testing/deployed-webhook.ts";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";
import { aMember, setUpOwner } from "../../testing/signed-in.ts";
import { emptyManifest } from "../../testing/tenants.ts";

const HOOK = {
  handlerId: "hook",
  provider: { type: "builtin", alias: "default" },
  type: "onWebhook",
  key: "POST /",
  input: { method: "POST" as const, path: "/", response: "handler" as const },
};

let server: TestServer;
/** The same person: in a browser, and in a terminal. */
let inBrowser: Client;
let inTerminal: Client;
let params: { namespaceId: string; workflowId: string };
let executionId: string;
beforeAll(async () => {
  server = await startTestServer();
  const browser = await setUpOwner(server);
  inBrowser = createClient({
    serverUrl: server.url,
    fetch: (address, init) => browser.api(new URL(String(address)).pathname, init),
  });
  const found = await server.database.query<{ id: string }>("select id from users");
  const place = { clientId: "floww-cli", address: "127.0.0.1" };
  const { accessToken } = await startCliSession(server.database, { userId: found.rows[0]!.id, ...place });
  inTerminal = server.client(accessToken);
  const deployed = await deployWebhook(server, { name: "replayed", handler: "() => undefined" });
  ({ params } = deployed);
  await fetch(server.url + deployed.path, { method: "POST", body: "recorded" });
  const { items } = await inBrowser.listExecutions({ params: { namespaceId: params.namespaceId } });
  executionId = items[0]!.id;
}, 60_000);
afterAll(() => server[Symbol.asyncDispose]());

test("somebody without a laptop that is connected is told how to connect one", async () => {
  await expect(inBrowser.getDevSession({ params })).rejects.toMatchObject({
    code: "NOT_FOUND",
    fix: expect.stringContaining("floww dev"),
  });
});

test("a person's page gives a recorded event to the terminal where the same person develops", async () => {
  const body = { manifest: { ...emptyManifest, triggers: [HOOK] }, clientId: "terminal-one" };
  await inTerminal.openDevSession({ params, body });
  const { namespaceId } = params;
  const { id: devSessionId } = await inBrowser.getDevSession({ params });
  const replayed = await inBrowser.createDevExecution({
    params: { namespaceId, devSessionId },
    body: { type: "replay", executionId },
  });
  // As a terminal does: it takes what it has heard of.
  await vi.waitFor(
    async () => {
      const params = { namespaceId, devSessionId };
      const kept = await inTerminal.keepDevSession({ params, body: { clientId: "terminal-one" } });
      expect(kept.waiting).toContain(replayed.executionId);
    },
    { timeout: 20_000 },
  );
  const event = await inTerminal.takeDevExecution({ params: { namespaceId, devSessionId, ...replayed } });
  expect(Buffer.from(event.bodyBase64, "base64").toString()).toBe("recorded");
  const shown = await inBrowser.getExecution({ params: { namespaceId, ...replayed } });
  expect(shown).toMatchObject({ origin: "dev", replayOf: executionId, status: "started" });
  await inTerminal.endDevExecution({
    params: { namespaceId, devSessionId, ...replayed },
    body: { status: "completed" },
  });
});

test("nobody gives events to another person's laptop", async () => {
  const { namespaceId } = params;
  const { id: devSessionId } = await inBrowser.getDevSession({ params });
  const { organizationId } = (
    await server.database.query<{ organizationId: string }>(
      `select organization_id as "organizationId" from namespaces`,
    )
  ).rows[0]!;
  const colleague = server.client((await aMember(server, { organizationId, role: "developer" })).accessToken);
  await expect(colleague.getDevSession({ params })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(
    colleague.createDevExecution({
      params: { namespaceId, devSessionId },
      body: { type: "replay", executionId },
    }),
  ).rejects.toMatchObject({ code: "NOT_FOUND" });
});
