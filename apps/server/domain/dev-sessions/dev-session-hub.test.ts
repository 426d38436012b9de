import { afterAll, beforeAll, expect, test } from "vitest";
import type { Realtime } from "../../platform/realtime/realtime.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { emptyManifest } from "../../testing/tenants.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { DevSessionHub } from "./dev-session-hub.ts";
import { ServerMail } from "./server-mail.ts";
import { listRecentDevSessions } from "./store.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

function aHub() {
  // Nobody is told anything here.
  const realtime = { publish: async () => undefined } as unknown as Realtime;
  const mail = new ServerMail({ database, serverId: newUuid(), report: () => undefined });
  return new DevSessionHub({ database, realtime, mail, providerServers: new Map() });
}

async function aSession() {
  const hub = aHub();
  const { id: workflowId, namespaceId } = await aWorkflow(database);
  const opened = { namespaceId, workflowId, subject: "user:1", manifest: emptyManifest, mappings: [] };
  const { live } = await hub.open({ ...opened, clientId: "terminal", isDebugging: false, isTapping: false });
  return { hub, live, namespaceId };
}

const recent = async (namespaceId: string) =>
  (await listRecentDevSessions(database, 24, namespaceId)).map(({ id }) => id);

async function lastSeen(id: string, hoursAgo: number): Promise<void> {
  await database.query(
    `update dev_sessions set opened_at = now() - interval '9 days', seen_at = now() - make_interval(hours => $2) where id = $1`,
    [id, hoursAgo],
  );
}

test("a session counts for every server while its laptop was seen within the day, and no longer", async () => {
  const [{ live, namespaceId }, other] = [await aSession(), await aSession()];
  expect(await recent(namespaceId)).toEqual([live.session.id]);
  await lastSeen(live.session.id, 23);
  expect(await recent(namespaceId)).toEqual([live.session.id]);
  await lastSeen(live.session.id, 25);
  expect([await recent(namespaceId), await recent(other.namespaceId)]).toEqual([[], [other.live.session.id]]);
});

test("a laptop that keeps in touch is marked as seen; another terminal marks nothing", async () => {
  const { hub, live, namespaceId } = await aSession();
  await lastSeen(live.session.id, 25);
  expect(await hub.touch(live, "another")).toBe(false);
  expect(await recent(namespaceId)).toEqual([]);
  expect(await hub.touch(live, "terminal")).toBe(true);
  expect(await recent(namespaceId)).toEqual([live.session.id]);
});
