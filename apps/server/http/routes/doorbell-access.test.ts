import { formatId } from "@floww/contract/ids";
import { Centrifuge, type DisconnectedContext } from "centrifuge";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { anAdministrator } from "../../testing/administrators.ts";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";
import { aMember, type TestMember } from "../../testing/signed-in.ts";
import { emptyManifest } from "../../testing/tenants.ts";

const SECONDS_UNTIL_CUT = 60;
/** After a token's end the brokers wait for another one for so long. */
const BROKER_DELAY_SECONDS = 10;

let server: TestServer;
let owner: TestMember & { organizationId: string };
beforeAll(async () => {
  server = await startTestServer();
  owner = await aMember(server);
});
afterAll(() => server[Symbol.asyncDispose]());

async function openSession(token: string) {
  const client = server.client(token);
  const organization = formatId("organization", owner.organizationId);
  const { namespaces } = await client.whoAmI({});
  const namespaceId = namespaces.find(({ organizationId }) => organizationId === organization)!.id;
  const name = `w${Math.random().toString(36).slice(2)}`;
  const workflow = await client.createWorkflow({ params: { namespaceId }, body: { name } });
  const params = { namespaceId, workflowId: workflow.id };
  const opened = await client.openDevSession({
    params,
    body: { manifest: emptyManifest, clientId: "test-terminal" },
  });
  return {
    opened,
    refresh: () => client.refreshDoorbell({ params: { namespaceId, devSessionId: opened.id } }),
  };
}

/** Connected; `ended` resolves when it is cut off for good. */
async function connect({ url, connectionToken }: { url: string; connectionToken: string }) {
  const centrifuge = new Centrifuge(url, { token: connectionToken, websocket: WebSocket });
  const ended = new Promise<DisconnectedContext>((resolve) => centrifuge.on("disconnected", resolve));
  centrifuge.connect();
  await centrifuge.ready(10_000);
  return { centrifuge, ended };
}

test("a session's owner gets fresh tokens, good for so short that whoever lost access is cut off within a minute", async () => {
  const { opened, refresh } = await openSession(owner.accessToken);
  const fresh = await refresh();
  expect(fresh).toMatchObject({ url: opened.doorbell.url, channel: opened.doorbell.channel });
  for (const token of [fresh.connectionToken, fresh.subscriptionToken]) {
    const { exp, iat, aud } = decodeJwt(token);
    expect(aud).toBe("floww-realtime");
    expect(exp! - iat! + BROKER_DELAY_SECONDS).toBeLessThan(SECONDS_UNTIL_CUT);
  }
  const { centrifuge } = await connect(fresh);
  centrifuge.disconnect();
});

test("a member who is removed is cut off at once, and gets no other token", async () => {
  const { organizationId } = owner;
  const member = await aMember(server, { organizationId, role: "developer" });
  const { opened, refresh } = await openSession(member.accessToken);
  const { ended } = await connect(opened.doorbell);
  const params = {
    organizationId: formatId("organization", organizationId),
    userId: formatId("user", member.userId),
  };
  await server.client(owner.accessToken).removeMember({ params });
  expect(await ended).toMatchObject({ code: 4501 });
  await expect(refresh()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
});

test("so is whoever is blocked, with a key that they made", async () => {
  const { organizationId } = owner;
  const member = await aMember(server, { organizationId, role: "admin" });
  const { key } = await server.client(member.accessToken).createApiKey({
    params: { organizationId: formatId("organization", organizationId) },
    body: { name: "theirs", role: "developer" },
  });
  const sessions = [await openSession(member.accessToken), await openSession(key)];
  const connected = await Promise.all(sessions.map(({ opened }) => connect(opened.doorbell)));
  const admin = server.client((await anAdministrator(server)).accessToken);
  const params = { userId: formatId("user", member.userId) };
  await admin.adminUpdateUser({ params, body: { isBlocked: true } });
  for (const { ended } of connected) expect(await ended).toMatchObject({ code: 4501 });
  for (const { refresh } of sessions)
    await expect(refresh()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
});

test("so is a service account whose key is revoked", async () => {
  const organizationId = formatId("organization", owner.organizationId);
  const client = server.client(owner.accessToken);
  const { id: keyId, key } = await client.createApiKey({
    params: { organizationId },
    body: { name: "ci", role: "developer" },
  });
  const { opened, refresh } = await openSession(key);
  const { ended } = await connect(opened.doorbell);
  await client.revokeApiKey({ params: { organizationId, keyId } });
  expect(await ended).toMatchObject({ code: 4501 });
  await expect(refresh()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
});
