import { formatId } from "@floww/contract/ids";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Realtime } from "../../platform/realtime/realtime.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { emptyManifest } from "../../testing/tenants.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { ExecutionOrigin, ExecutionState } from "../executions/states.ts";
import { DevSessionHub, isConnected } from "./dev-session-hub.ts";
import { ServerMail } from "./server-mail.ts";
import { listRecentDevSessions } from "./store.ts";

let database: TestDatabase;
let opened: AsyncDisposableStack;
let published: object[];
beforeAll(async () => {
  database = await createTestDatabase({ leavesStuck: "executions are written here whose server never was" });
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(() => {
  published = [];
  opened = new AsyncDisposableStack();
});
afterEach(() => opened.disposeAsync());

/** One server's, which lives and hears of what is done at the others. */
async function aHub({ hears = true }: { hears?: boolean } = {}) {
  const realtime = {
    publish: async (channel: string, said: object) => void published.push({ channel, ...said }),
  } as unknown as Realtime;
  const serverId = newUuid();
  const mail = new ServerMail({ database, serverId, report: () => undefined });
  const hub = new DevSessionHub({ database, realtime, mail, providerServers: new Map() });
  if (hears) {
    await mail.open((letter) => hub.receive(letter));
    await lease(serverId, "1 hour");
    opened.defer(() => lease(serverId, "-1 second"));
    opened.defer(() => mail.close());
  }
  return hub;
}

async function lease(serverId: string, until: string): Promise<void> {
  await database.query(
    `insert into servers (id, lease_until) values ($1, now() + $2::interval)
     on conflict (id) do update set lease_until = excluded.lease_until`,
    [serverId, until],
  );
}

async function aRequest() {
  const { id: workflowId, namespaceId } = await aWorkflow(database);
  const theirs = { namespaceId, workflowId, subject: "user:1", manifest: emptyManifest, mappings: [] };
  return { ...theirs, clientId: "terminal", isDebugging: false, isTapping: false };
}

async function aSession() {
  const hub = await aHub();
  const request = await aRequest();
  const { live } = await hub.open(request);
  return { hub, live, request, namespaceId: request.namespaceId };
}

const recent = async (namespaceId: string) =>
  (await listRecentDevSessions(database, 24, namespaceId)).map(({ id }) => id);

async function lastSeen(id: string, ago: string): Promise<void> {
  await database.query(
    `update dev_sessions set opened_at = now() - interval '9 days', seen_at = now() - $2::interval where id = $1`,
    [id, ago],
  );
}

test("a session counts for every server while its laptop was seen within the day, and no longer", async () => {
  const [{ live, namespaceId }, other] = [await aSession(), await aSession()];
  expect(await recent(namespaceId)).toEqual([live.session.id]);
  await lastSeen(live.session.id, "23 hours");
  expect(await recent(namespaceId)).toEqual([live.session.id]);
  await lastSeen(live.session.id, "25 hours");
  expect([await recent(namespaceId), await recent(other.namespaceId)]).toEqual([[], [other.live.session.id]]);
});

test("a laptop that keeps in touch is marked as seen; another terminal marks nothing", async () => {
  const { hub, live, namespaceId } = await aSession();
  await lastSeen(live.session.id, "25 hours");
  expect(await hub.touch(live, "another")).toBe(false);
  expect(await recent(namespaceId)).toEqual([]);
  expect(await hub.touch(live, "terminal")).toBe(true);
  expect(await recent(namespaceId)).toEqual([live.session.id]);
});

test("who has a session, and how, is known at each server when that is answered", async () => {
  const [one, two] = [await aHub(), await aHub()];
  const request = await aRequest();
  const { live } = await one.open({ ...request, isTapping: true, isDebugging: true });
  const there = two.findById(live.session.id)!;
  expect(there.session).toEqual(live.session);
  expect([isConnected(there), two.tapping(request.workflowId)]).toEqual([true, [there]]);
  // The terminal's next word goes to the other server, and then it leaves there.
  await two.open(request);
  expect(one.findById(live.session.id)!.session).toMatchObject({ isTapping: false, isDebugging: false });
  expect(one.tapping(request.workflowId)).toEqual([]);
  await two.disconnect(there, "another");
  expect([isConnected(live), isConnected(there)]).toEqual([true, true]);
  await two.disconnect(there, "terminal");
  expect([isConnected(live), isConnected(there)]).toEqual([false, false]);
  expect(published).toEqual([]);
});

test("a laptop is connected at each server while it keeps in touch with any, and taps there", async () => {
  const [one, two] = [await aHub(), await aHub()];
  const request = { ...(await aRequest()), isTapping: true };
  const { live } = await one.open(request);
  await lastSeen(live.session.id, "16 seconds");
  await two.refresh();
  expect(two.tapping(request.workflowId)).toEqual([]);
  await one.touch(live, "terminal");
  await two.refresh();
  expect(two.tapping(request.workflowId)).toHaveLength(1);
});

test("a change that a server did not hear of is found when it looks, when it is asked, and by an address", async () => {
  const [one, deaf] = [await aHub(), await aHub({ hears: false })];
  const request = await aRequest();
  const { live } = await one.open(request);
  const { id, key } = live.session;
  expect(deaf.findById(id)).toBeUndefined();
  expect((await deaf.find(key))?.session.id).toBe(id);
  await one.open({ ...request, isDebugging: true });
  expect(deaf.findById(id)?.session.isDebugging).toBe(false);
  await deaf.refresh();
  expect(deaf.findById(id)?.session.isDebugging).toBe(true);
  await one.open(request);
  await deaf.touch(deaf.findById(id)!, "terminal");
  expect(deaf.findById(id)?.session.isDebugging).toBe(false);
  const caller = { namespaceId: request.namespaceId, subject: "user:1" };
  expect((await (await aHub({ hears: false })).get(id, caller)).session.key).toBe(key);
});

test("a key that is none is not looked for, and one of nobody is nobody's", async () => {
  const hub = await aHub();
  for (const key of [`dev_${"a".repeat(24)}`, "dev_", "dev_%00", `dev_${"a".repeat(5_000)}`])
    expect(await hub.find(key)).toBeUndefined();
});

test("terminals that open at once at two servers leave one that has it, and both servers agree", async () => {
  const [one, two] = [await aHub(), await aHub()];
  const request = await aRequest();
  for (let round = 0; round < 20; round++) {
    const clients = [`a${round}`, `b${round}`] as const;
    const [first] = await Promise.all([
      one.open({ ...request, clientId: clients[0] }),
      two.open({ ...request, clientId: clients[1] }),
    ]);
    const { id } = first.live.session;
    const [here, there] = [one.findById(id)!, two.findById(id)!];
    expect(here.session).toEqual(there.session);
    const isCurrent = await Promise.all(clients.map((client) => one.touch(here, client)));
    expect(isCurrent.filter(Boolean)).toHaveLength(1);
    expect(here.session.clientId).toBe(clients[isCurrent.indexOf(true)]);
  }
});

test("a run whose server is gone is lost with a word, and a run of nobody's is a conflict", async () => {
  const { hub, live, request } = await aSession();
  const { namespaceId, workflowId } = request;
  const [triggerId, gone, silent] = [newUuid(), newUuid(), newUuid()];
  await database.query(
    `insert into triggers (id, namespace_id, workflow_id, handler_id, provider_type, provider_alias, type, key, input)
     values ($1, $2, $3, 'h', 'builtin', 'default', 'onManual', 'manual', '{}')`,
    [triggerId, namespaceId, workflowId],
  );
  const aRunOf = async (owner: string, sessionId: string) => {
    const id = newUuid();
    await database.query(
      `insert into executions
         (id, namespace_id, workflow_id, trigger_id, deployment_id, origin, mode, state, owner, epoch, started_at, event)
       values ($1, $2, $3, $4, $5, ${ExecutionOrigin.dev}, 0, ${ExecutionState.started}, $6, 1, now(), '{}')`,
      [id, namespaceId, workflowId, triggerId, sessionId, owner],
    );
    return formatId("execution", id);
  };
  const take = (executionId: string) => hub.runs.handIn(live, executionId, { kind: "take" });
  await lease(gone, "-1 second");
  await expect(take(await aRunOf(gone, live.session.id))).rejects.toMatchObject({ code: "INTERRUPTED" });
  // It dies while it is asked.
  await lease(silent, "1 hour");
  const asked = take(await aRunOf(silent, live.session.id));
  await Promise.all([
    expect(asked).rejects.toMatchObject({ code: "INTERRUPTED" }),
    lease(silent, "-1 second"),
  ]);
  await expect(take(formatId("execution", newUuid()))).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  // Of another session, which the one who asks may not have.
  await expect(take(await aRunOf(gone, newUuid()))).rejects.toMatchObject({ code: "STATE_CONFLICT" });
});
