import { formatId, parseId } from "@floww/contract/ids";
import { Centrifuge } from "centrifuge";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { ExecutionMode, ExecutionState } from "../../domain/executions/states.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { BellListener } from "../../testing/bell-listener.ts";
import { type DeployedWebhook, deployWebhook } from "../../testing/deployed-webhook.ts";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";
import { aMember } from "../../testing/signed-in.ts";
import { aTenant } from "../../testing/tenants.ts";

let server: TestServer;
let webhook: DeployedWebhook;
let namespaceId: string;
beforeAll(async () => {
  server = await startTestServer();
  webhook = await deployWebhook(server, {
    name: "live",
    handler: "async () => undefined",
  });
  ({ namespaceId } = webhook.params);
  using listener = await listen();
  // That anything may have changed rings with it, or has: from here on executions are named.
  await client().setVariable({ params: webhook.params, body: { name: "FIRST", value: "1" } });
  await listener.hear(({ kind }) => kind === "change");
}, 60_000);
afterAll(() => server[Symbol.asyncDispose]());

const client = () => server.client(server.ownerToken);
const openLive = () => client().openLive({ params: { namespaceId } });
const call = () => fetch(server.url + webhook.path, { method: "POST" });
const listen = async () => BellListener.open(await openLive());

async function newestExecution(): Promise<string> {
  const { items } = await client().listExecutions({ params: { namespaceId }, query: { limit: 1 } });
  return items[0]!.id;
}

/** An execution of which nothing is left to do but what the test is about. */
async function anExecution(state: number, mode: number): Promise<string> {
  const id = newUuid();
  await server.database.query(
    `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state, owner, epoch, started_at, event)
     select $1, namespace_id, workflow_id, trigger_id, origin, $3::smallint, $2::smallint, $4::uuid, 1, now(), '{"type":"manual"}'
     from executions where id = $5`,
    [id, state, mode, newUuid(), parseId("execution", await newestExecution())],
  );
  return formatId("execution", id);
}

describe("a namespace's bells", () => {
  test("name an execution that was born, ran and ended, and say nothing of it", async () => {
    using listener = await listen();
    await call();
    const bell = await listener.hearOf(await newestExecution());
    expect(Object.keys(bell).sort()).toEqual(["ids", "kind"]);
  });

  test("name what is born by a replay", async () => {
    using listener = await listen();
    const { executionId } = await client().replayExecution({
      params: { namespaceId, executionId: await newestExecution() },
      body: {},
    });
    await listener.hearOf(executionId);
  });

  test("name what is cancelled, though it never ran", async () => {
    using listener = await listen();
    const executionId = await anExecution(ExecutionState.waiting, ExecutionMode.ack);
    await client().cancelExecution({ params: { namespaceId, executionId } });
    await listener.hearOf(executionId);
  });

  test("name what a server that is gone has left", async () => {
    using listener = await listen();
    await listener.hearOf(await anExecution(ExecutionState.started, ExecutionMode.handler));
  });

  test("say which route has changed something, and nothing for one that only looks", async () => {
    using listener = await listen();
    await client().listWorkflows({ params: { namespaceId } });
    await client().setSecret({ params: { namespaceId }, body: { name: "stripe", value: { apiKey: "x" } } });
    expect(await listener.hear(({ kind }) => kind === "change")).toEqual({
      kind: "change",
      route: "setSecret",
    });
    const routes = listener.bells.flatMap((bell) => (bell.kind === "change" ? [bell.route] : []));
    expect(routes).not.toContain("openLive");
    expect(routes).not.toContain("listWorkflows");
  });

  test("do not ring for what a route has refused", async () => {
    using listener = await listen();
    const params = { namespaceId, executionId: await newestExecution() };
    await expect(client().cancelExecution({ params })).rejects.toMatchObject({ code: "STATE_CONFLICT" });
    await client().setVariable({ params: webhook.params, body: { name: "REGION", value: "eu" } });
    await listener.hear((bell) => bell.kind === "change" && bell.route === "setVariable");
    expect(listener.bells).not.toContainEqual({ kind: "change", route: "cancelExecution" });
  });

  test("are not heard by another organization, with tokens of its own", async () => {
    const { channel } = await openLive();
    const foreigner = await aTenant(server);
    const theirs = await server
      .client(foreigner.owner.accessToken)
      .openLive({ params: { namespaceId: foreigner.ids.namespace } });
    expect(theirs.channel).not.toBe(channel);
    const centrifuge = new Centrifuge(theirs.url, { token: theirs.connectionToken, websocket: WebSocket });
    const ended = new Promise((resolve) => centrifuge.on("disconnected", resolve));
    centrifuge.newSubscription(channel, { token: theirs.subscriptionToken }).subscribe();
    centrifuge.connect();
    expect(await ended).toMatchObject({ code: 3500 });
  });
});

describe("who listens", () => {
  test("has tokens that are good for so short that whoever lost access is cut off within a minute", async () => {
    const opened = await openLive();
    for (const token of [opened.connectionToken, opened.subscriptionToken]) {
      const { exp, iat } = decodeJwt(token);
      // Brokers wait ten seconds for another one.
      expect(exp! - iat! + 10).toBeLessThan(60);
    }
  });

  test("and is removed is cut off at once, and gets no other token", async () => {
    const owner = await aMember(server);
    const { organizationId } = owner;
    const member = await aMember(server, { organizationId, role: "viewer" });
    const { namespaces } = await server.client(member.accessToken).whoAmI({});
    const params = { namespaceId: namespaces[0]!.id };
    using listener = await BellListener.open(await server.client(member.accessToken).openLive({ params }));
    const ended = new Promise((resolve) => listener.client.on("disconnected", resolve));
    await server.client(owner.accessToken).removeMember({
      params: {
        organizationId: formatId("organization", organizationId),
        userId: formatId("user", member.userId),
      },
    });
    expect(await ended).toMatchObject({ code: 4501 });
    await expect(server.client(member.accessToken).openLive({ params })).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
    });
  });

  test("and whose session was revoked gets no other token", async () => {
    const member = await aMember(server);
    const own = server.client(member.accessToken);
    const params = { namespaceId: (await own.whoAmI({})).namespaces[0]!.id };
    await own.openLive({ params });
    await own.signOut({});
    await expect(own.openLive({ params })).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });
});
