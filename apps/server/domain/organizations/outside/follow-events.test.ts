import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { WorkosClient } from "../../../platform/clients/workos/workos-client.ts";
import { newUuid } from "../../../platform/uuid-v7.ts";
import { createTestDatabase, type TestDatabase } from "../../../testing/test-database.ts";
import {
  aMembershipOf,
  aUser,
  type PeerMembership,
  WORKOS_CLIENT,
  WorkosPeer,
} from "../../../testing/workos-peer.ts";
import { createPerson } from "../../identity/people.ts";
import { WorkosDirectory } from "../../identity/workos/workos-directory.ts";
import { insertOrganization } from "../store.ts";
import { followEvents } from "./follow-events.ts";
import { OutsideMembers } from "./outside-members.ts";
import type { MemberMoved, OutsideRules } from "./outside-rules.ts";

const ISSUER = `https://api.workos.com/user_management/${WORKOS_CLIENT.id}`;
const DAY_MS = 24 * 60 * 60_000;
const { signal } = new AbortController();

let peer: WorkosPeer;
let database: TestDatabase;
let rules: OutsideRules;
let moved: MemberMoved[];
beforeAll(async () => {
  peer = await WorkosPeer.start();
  database = await createTestDatabase();
  const directory = new WorkosDirectory(
    new WorkosClient({
      clientId: WORKOS_CLIENT.id,
      apiKey: WORKOS_CLIENT.apiKey,
      webhookSecret: WORKOS_CLIENT.webhookSecret,
      apiUrl: new URL(peer.url),
    }),
  );
  const firstOrganizationId = newUuid();
  await insertOrganization(database, { id: firstOrganizationId, name: "first" });
  rules = {
    database,
    directory,
    organizations: [],
    roles: { viewer: "viewer", admin: "admin", owner: "owner" },
    firstOrganizationId,
    makeOrganization: async (transaction, name) => {
      const id = newUuid();
      await insertOrganization(transaction, { id, name });
      return id;
    },
    onMoved: async (some) => void moved.push(...some),
    report: (error) => {
      throw error;
    },
  };
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
});
beforeEach(async () => {
  moved = [];
  peer.events.length = 0;
  peer.asked.length = 0;
  peer.forgotten = undefined;
  peer.isDown = false;
  await database.query(
    "truncate outside_events, outside_cursors, outside_memberships, outside_organizations",
  );
  await database.query("truncate users cascade");
});

async function aPerson(name: string) {
  const user = aUser(name);
  const person = { issuer: ISSUER, subject: user.id, email: user.email, isEmailVerified: true, name };
  const userId = await createPerson(database, { auth: () => Promise.reject(), outside: undefined }, person);
  return { user, userId };
}

async function rolesOf(userId: string): Promise<string[]> {
  const found = await database.query<{ role: string }>("select role from memberships where user_id = $1", [
    userId,
  ]);
  return found.rows.map(({ role }) => role);
}

function emit(name: string, membership: PeerMembership, at?: Date) {
  return peer.emit(`organization_membership.${name}`, { ...membership }, at);
}

describe("what no webhook brought", () => {
  test("is made good for, in pages, and asked for once", async () => {
    const { user, userId } = await aPerson("ada");
    const membership = aMembershipOf(user, "org_acme", "viewer");
    for (let at = 0; at < 120; at++) emit("updated", membership, new Date(Date.now() - 1_000 + at));
    emit("updated", { ...membership, role: { slug: "admin" } });
    await followEvents(rules, { signal });
    expect(await rolesOf(userId)).toEqual(["admin"]);
    expect(moved.map(({ kind }) => kind)).toEqual(["joined", "roleChanged"]);
    peer.asked.length = 0;
    await followEvents(rules, { signal });
    expect(peer.asked).toHaveLength(1);
    expect(peer.asked[0]).toContain(`after=${peer.events.at(-1)!.id}`);
  });

  test("is taken once by two servers that ask at once", async () => {
    const { user, userId } = await aPerson("ada");
    for (const slug of ["viewer", "admin", "owner"]) emit("updated", aMembershipOf(user, "org_acme", slug));
    await Promise.all([followEvents(rules, { signal }), followEvents(rules, { signal })]);
    expect(await rolesOf(userId)).toHaveLength(1);
    const taken = await database.query("select from outside_events");
    expect(taken.rowCount).toBe(3);
  });

  test("goes on where it was when WorkOS did not answer, or the server ended in the middle", async () => {
    const { user, userId } = await aPerson("ada");
    emit("created", aMembershipOf(user, "org_acme", "viewer"));
    peer.isDown = true;
    await expect(followEvents(rules, { signal })).rejects.toMatchObject({ code: "IDENTITY_UNAVAILABLE" });
    peer.isDown = false;
    const stopping = new AbortController();
    const halting = { ...rules, onMoved: async () => stopping.abort() };
    emit("updated", aMembershipOf(user, "org_acme", "admin"), new Date(Date.now() + 1_000));
    await followEvents(halting, { signal: stopping.signal });
    expect(await rolesOf(userId)).toEqual(["viewer"]);
    await followEvents(rules, { signal });
    expect(await rolesOf(userId)).toEqual(["admin"]);
  });

  test("is read by its time when WorkOS does not know the place any more", async () => {
    const { user, userId } = await aPerson("ada");
    const last = emit("created", aMembershipOf(user, "org_acme", "viewer"));
    await followEvents(rules, { signal });
    peer.forgotten = last.id;
    emit("deleted", aMembershipOf(user, "org_acme"), new Date(Date.now() + 1_000));
    await followEvents(rules, { signal });
    expect(await rolesOf(userId)).toEqual([]);
  });

  test("is not asked for from before what WorkOS keeps", async () => {
    await followEvents(rules, { signal });
    await database.query(
      "update outside_cursors set last_event = 'event_old', read_until = now() - interval '90 days'",
    );
    peer.asked.length = 0;
    await followEvents(rules, { signal });
    const since =
      new URL(`http://workos${peer.asked[0]!.split(" ")[1]}`).searchParams.get("range_start") ?? "";
    expect(Date.now() - Date.parse(since)).toBeLessThan(30 * DAY_MS);
  });
});

test("other rules hold for everybody from the next start on: a list, roles, and back again", async () => {
  const { user, userId } = await aPerson("ada");
  emit("created", aMembershipOf(user, "org_acme", "viewer"));
  await followEvents(rules, { signal });
  expect(await rolesOf(userId)).toEqual(["viewer"]);
  await followEvents({ ...rules, organizations: ["org_first"] }, { signal });
  expect(await rolesOf(userId)).toEqual([]);
  expect(moved.at(-1)).toMatchObject({ kind: "left", userId });
  await followEvents({ ...rules, roles: { viewer: "admin" } }, { signal });
  expect(await rolesOf(userId)).toEqual(["admin"]);
});

test("what happened before an end, and comes after it, gives nothing: of an organization and of a person", async () => {
  const [ada, eve] = [await aPerson("ada"), await aPerson("eve")];
  const late = new Date(Date.now() + 1_000);
  peer.emit(
    "organization.deleted",
    { object: "organization", id: "org_acme", name: "Acme", domains: [] },
    late,
  );
  peer.emit("user.deleted", { ...eve.user }, late);
  emit("created", aMembershipOf(ada.user, "org_acme"));
  emit("created", aMembershipOf(eve.user, "org_other"));
  await followEvents(rules, { signal });
  expect([await rolesOf(ada.userId), await rolesOf(eve.userId)]).toEqual([[], []]);
});

test("a list in another order links nothing anew", async () => {
  const [ada, eve] = [await aPerson("ada"), await aPerson("eve")];
  emit("created", aMembershipOf(ada.user, "org_one", "viewer"));
  await followEvents({ ...rules, organizations: ["org_one", "org_two"] }, { signal });
  emit("created", aMembershipOf(eve.user, "org_two", "viewer"));
  await followEvents({ ...rules, organizations: ["org_two", "org_one"] }, { signal });
  const found = await database.query<{ userId: string }>(
    'select user_id as "userId" from memberships where organization_id = $1',
    [rules.firstOrganizationId],
  );
  expect(found.rows).toEqual([{ userId: ada.userId }]);
  expect(await rolesOf(eve.userId)).toEqual(["viewer"]);
});

test("the last owner stays one when WorkOS has them as less, but not when they are gone", async () => {
  const { user, userId } = await aPerson("ada");
  const said: unknown[] = [];
  const saying = { ...rules, report: (error: unknown) => said.push(error) };
  const membership = aMembershipOf(user, "org_acme", "owner");
  emit("created", membership);
  emit("updated", { ...membership, role: { slug: "viewer" } }, new Date(Date.now() + 1_000));
  await followEvents(saying, { signal });
  expect(await rolesOf(userId)).toEqual(["owner"]);
  expect(said).toHaveLength(1);
  emit("deleted", membership, new Date(Date.now() + 2_000));
  await followEvents(saying, { signal });
  expect(await rolesOf(userId)).toEqual([]);
});

test("the portal is for organizations that WorkOS has, and for no others", async () => {
  const { user, userId } = await aPerson("ada");
  emit("created", aMembershipOf(user, "org_acme", "owner"));
  await followEvents(rules, { signal });
  const found = await database.query<{ id: string }>(
    "select organization_id as id from memberships where user_id = $1",
    [userId],
  );
  const members = new OutsideMembers(rules, { auth: () => Promise.reject(), outside: undefined });
  const returnTo = new URL("https://floww.example.com/account");
  const link = await members.portalLink({ organizationId: found.rows[0]!.id, intent: "sso", returnTo });
  expect(link.pathname).toBe("/sso/org_acme");
  const asked = { organizationId: rules.firstOrganizationId, intent: "sso", returnTo } as const;
  await expect(members.portalLink(asked)).rejects.toMatchObject({ code: "NOT_FOUND" });
});
