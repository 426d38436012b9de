import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { TestBrowser } from "../../../testing/browser.ts";
import { startTestServer, type TestServer } from "../../../testing/running-server.ts";
import {
  aMembershipOf,
  aUser,
  type PeerEvent,
  type PeerMembership,
  type PeerUser,
  signWebhook,
  WorkosPeer,
} from "../../../testing/workos-peer.ts";
import { passThrough } from "../../identity/conformance.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

let peer: WorkosPeer;
let server: TestServer;
let count = 0;
beforeAll(async () => {
  peer = await WorkosPeer.start();
  server = await startTestServer({
    environment: {
      ...peer.environment,
      FLOWW_WORKOS_ORGANIZATIONS: "org_first,org_acme,org_other",
      FLOWW_WORKOS_ROLES: "lead=admin",
    },
  });
  peer.knowClient(server.url);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
});
beforeEach(() => {
  peer.memberships = [];
});

interface Member {
  browser: TestBrowser;
  user: PeerUser;
  membership: PeerMembership;
}

async function signIn(user: PeerUser, browser = new TestBrowser(server.url)): Promise<Response> {
  peer.user = user;
  browser.cookies.clear();
  const begun = await browser.get("/login");
  return browser.get(await passThrough(peer.url, begun.headers.get("location")));
}

/** Somebody new whom WorkOS has in an organization, signed in. */
async function aMemberOf(organization: string, slug?: string): Promise<Member> {
  const user = aUser(`person${++count}`);
  const membership = aMembershipOf(user, organization, slug);
  peer.memberships.push(membership);
  const browser = new TestBrowser(server.url);
  expect((await signIn(user, browser)).status).toBe(303);
  return { browser, user, membership };
}

async function rolesOf(browser: TestBrowser): Promise<string[]> {
  const answer = await browser.api("/api/me");
  if (answer.status !== 200) return [String(answer.status)];
  const { organizations } = (await answer.json()) as { organizations: { name: string; role: string }[] };
  return organizations.map(({ name, role }) => `${name}: ${role}`).sort();
}

function push(body: string, signature: string | undefined): Promise<Response> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (signature !== undefined) headers["workos-signature"] = signature;
  return fetch(`${server.url}/identity/events`, { method: "POST", headers, body });
}

async function deliver(event: PeerEvent): Promise<void> {
  const body = JSON.stringify(event);
  expect((await push(body, signWebhook(body))).status).toBe(200);
}

/** Something happens at WorkOS, `inMs` from now by its clock, and its webhook comes. */
async function happen(name: string, data: object, inMs = 0): Promise<PeerEvent> {
  const event = peer.emit(name, data as Record<string, unknown>, new Date(Date.now() + inMs));
  await deliver(event);
  return event;
}

describe("who is a member at WorkOS", () => {
  test("gets an account and the role by signing in, in the organization that this server began with", async () => {
    const { browser } = await aMemberOf("org_first", "owner");
    expect(await rolesOf(browser)).toEqual(["default: owner"]);
  });

  test("gets an organization of the name that it has there, with a namespace", async () => {
    const { browser } = await aMemberOf("org_acme", "lead");
    expect(await rolesOf(browser)).toEqual(["The org_acme: admin"]);
    const { namespaces } = (await (await browser.api("/api/me")).json()) as {
      namespaces: { name: string }[];
    };
    expect(namespaces.map(({ name }) => name)).toEqual(["default"]);
    const second = await aMemberOf("org_acme", "viewer");
    expect(await rolesOf(second.browser)).toEqual(["The org_acme: viewer"]);
  });

  test("gets the least role for a word that means nothing here, and it is said", async () => {
    const before = server.reported.length;
    const { browser } = await aMemberOf("org_acme", "constructor");
    expect(await rolesOf(browser)).toEqual(["The org_acme: viewer"]);
    expect(server.reported.slice(before).map(String).join()).toContain('"constructor"');
  });

  test("of an organization that does not belong here, or is only invited, gets none", async () => {
    const user = aUser("stranger");
    peer.memberships = [
      aMembershipOf(user, "org_elsewhere", "owner"),
      { ...aMembershipOf(user, "org_first", "owner"), status: "pending" },
      { ...aMembershipOf(user, "org_acme", "owner"), status: "inactive" },
    ];
    const answer = await signIn(user);
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining("invitation")]);
  });

  test("and began there, with an invitation of WorkOS, is sent through the sign-in of this browser", async () => {
    const browser = new TestBrowser(server.url);
    const answer = await browser.get("/login/callback?code=somebodys");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/login"]);
    expect(browser.cookies.has("floww.session")).toBe(false);
  });

  test("is a member here before the webhook comes, and not any more when WorkOS says so at a sign-in", async () => {
    const { browser, user, membership } = await aMemberOf("org_acme");
    peer.memberships = peer.memberships.filter((one) => one !== membership);
    peer.memberships.push(aMembershipOf(user, "org_other", "admin"));
    await server.database.query(
      "update outside_memberships set changed_at = changed_at - interval '1 minute'",
    );
    await signIn(user, browser);
    expect(await rolesOf(browser)).toEqual(["The org_other: admin"]);
  });
});

describe("webhooks", () => {
  test("a removed member is out at once, with sessions and keys", async () => {
    const { browser, membership } = await aMemberOf("org_acme", "admin");
    const me = (await (await browser.api("/api/me")).json()) as { organizations: { id: string }[] };
    const made = await browser.api(`/api/organizations/${me.organizations[0]!.id}/keys`, {
      method: "POST",
      body: JSON.stringify({ name: "ci", role: "developer" }),
    });
    const { key } = (await made.json()) as { key: string };
    const byKey = () => fetch(`${server.url}/api/me`, { headers: { authorization: `Bearer ${key}` } });
    expect((await byKey()).status).toBe(200);
    await happen("organization_membership.deleted", membership);
    expect(await rolesOf(browser)).toEqual(["401"]);
    expect((await byKey()).status).toBe(401);
  });

  test("a suspended membership ends, the others of the person stay, and it comes back", async () => {
    const user = aUser("twofold");
    const [acme, other] = [aMembershipOf(user, "org_acme"), aMembershipOf(user, "org_other")];
    peer.memberships = [acme, other];
    const browser = new TestBrowser(server.url);
    await signIn(user, browser);
    await happen("organization_membership.updated", { ...acme, status: "inactive" });
    expect(await rolesOf(browser)).toEqual(["The org_other: developer"]);
    await happen("organization_membership.updated", { ...acme, role: { slug: "admin" } }, SECOND_MS);
    expect(await rolesOf(browser)).toEqual(["The org_acme: admin", "The org_other: developer"]);
  });

  test("an older event that comes later changes nothing, nor does one that comes again", async () => {
    const { browser, user, membership } = await aMemberOf("org_acme", "viewer");
    const promoted = peer.emit("organization_membership.updated", { ...membership, role: { slug: "admin" } });
    await happen(
      "organization_membership.updated",
      { ...membership, role: { slug: "developer" } },
      SECOND_MS,
    );
    await deliver(promoted);
    expect(await rolesOf(browser)).toEqual(["The org_acme: developer"]);
    const removed = await happen("organization_membership.deleted", membership, 2 * SECOND_MS);
    await happen("organization_membership.created", { ...membership, id: "om_again" }, 3 * SECOND_MS);
    await deliver(removed);
    await signIn(user, browser);
    expect(await rolesOf(browser)).toEqual(["The org_acme: viewer"]);
  });

  test("what has ended is not brought back by an event from before its end", async () => {
    const { browser, user, membership } = await aMemberOf("org_acme");
    const before = peer.emit("organization_membership.created", { ...membership, id: "om_before" });
    await happen("organization_membership.deleted", membership, SECOND_MS);
    await deliver(before);
    await signIn(user, browser);
    expect(await rolesOf(browser)).toEqual([]);
  });

  test("a hundred copies at once are one", async () => {
    const { browser, membership } = await aMemberOf("org_acme", "viewer");
    const event = peer.emit("organization_membership.updated", { ...membership, role: { slug: "admin" } });
    await Promise.all(Array.from({ length: 100 }, () => deliver(event)));
    expect(await rolesOf(browser)).toEqual(["The org_acme: admin"]);
    const taken = await server.database.query("select from outside_events where id = $1", [event.id]);
    expect(taken.rowCount).toBe(1);
  });

  test("a deleted person loses everything, and their address is free for the next", async () => {
    const { browser, user } = await aMemberOf("org_acme");
    await server.database.query(
      `insert into memberships (organization_id, user_id, role)
       select organizations.id, users.id, 'viewer' from organizations, users
       where organizations.name = 'default' and users.email = $1`,
      [user.email],
    );
    await happen("user.deleted", { object: "user", ...user });
    expect(await rolesOf(browser)).toEqual(["401"]);
    await happen("user.updated", { object: "user", ...user }, SECOND_MS);
    const next = aUser("successor", user.email);
    peer.memberships = [aMembershipOf(next, "org_acme")];
    const other = new TestBrowser(server.url);
    expect((await signIn(next, other)).status).toBe(303);
    expect(await rolesOf(other)).toEqual(["The org_acme: developer"]);
  });

  test("a session that is revoked there ends the browser that began it, and no other", async () => {
    const { browser, user } = await aMemberOf("org_acme");
    const [sessionId] = [...peer.sessions].slice(-1);
    const second = new TestBrowser(server.url);
    await signIn(user, second);
    await happen("session.revoked", { object: "session", id: sessionId, user_id: user.id });
    expect((await browser.api("/api/me")).status).toBe(401);
    expect((await second.api("/api/me")).status).toBe(200);
  });

  test("an organization that is renamed or deleted there is so here, and what ran in it stays", async () => {
    const { browser } = await aMemberOf("org_other");
    const organization = { object: "organization", id: "org_other", domains: [] };
    await happen("organization.updated", { ...organization, name: "Other Ltd" });
    expect(await rolesOf(browser)).toEqual(["Other Ltd: developer"]);
    await happen("organization.updated", {
      object: "organization",
      id: "org_first",
      name: "Not ours",
      domains: [],
    });
    await happen("organization.deleted", { ...organization, name: "Other Ltd" }, SECOND_MS);
    expect(await rolesOf(browser)).toEqual(["401"]);
    const names = await server.database.query<{ name: string }>(
      "select name from organizations order by created_at",
    );
    expect(names.rows.map(({ name }) => name)).toEqual(["default", "The org_acme", "Other Ltd"]);
  });

  test("who is gone from the directory is out of its organization, by their address there", async () => {
    const [gone, stays] = [await aMemberOf("org_acme"), await aMemberOf("org_acme")];
    const directoryUser = { object: "directory_user", id: "directory_user_1", directory_id: "directory_1" };
    const at = (organization_id: string) => ({ ...directoryUser, organization_id, email: gone.user.email });
    await happen("dsync.user.deleted", { ...at("org_first"), state: "inactive" });
    await happen("dsync.user.updated", { ...at("org_acme"), state: "active" });
    expect(await rolesOf(gone.browser)).toEqual(["The org_acme: developer"]);
    await happen("dsync.user.updated", { ...at("org_acme"), state: "inactive" });
    expect(await rolesOf(gone.browser)).toEqual(["401"]);
    expect(await rolesOf(stays.browser)).toEqual(["The org_acme: developer"]);
  });

  test("with a directory go those who followed it", async () => {
    const stays = await aMemberOf("org_acme");
    const user = aUser("synced");
    peer.memberships.push({ ...aMembershipOf(user, "org_acme"), directory_managed: true });
    const browser = new TestBrowser(server.url);
    await signIn(user, browser);
    await happen("dsync.deleted", { object: "directory", id: "directory_1", organization_id: "org_acme" });
    expect(await rolesOf(browser)).toEqual(["401"]);
    expect(await rolesOf(stays.browser)).toEqual(["The org_acme: developer"]);
  });

  test("names and addresses follow, but never to another's address nor to one that is not verified", async () => {
    const [one, other] = [await aMemberOf("org_acme"), await aMemberOf("org_acme")];
    const emailOf = async () =>
      ((await (await one.browser.api("/api/me")).json()) as { email: string }).email;
    await happen("user.updated", { ...one.user, email: "unproven@example.com", email_verified: false });
    expect(await emailOf()).toBe(one.user.email);
    await happen("user.updated", { ...one.user, email: other.user.email.toUpperCase() }, SECOND_MS);
    expect(await emailOf()).toBe(one.user.email);
    await happen(
      "user.updated",
      { ...one.user, email: "New@Example.com", first_name: "Newer" },
      2 * SECOND_MS,
    );
    expect(await emailOf()).toBe("new@example.com");
    await happen("user.updated", { ...one.user, email: "older@example.com" }, SECOND_MS);
    expect(await emailOf()).toBe("new@example.com");
    expect(await rolesOf(other.browser)).toEqual(["The org_acme: developer"]);
  });

  test("a membership of an organization that does not belong here gives nothing", async () => {
    const { browser, user } = await aMemberOf("org_acme");
    await happen("organization_membership.created", aMembershipOf(user, "org_elsewhere", "owner"));
    expect(await rolesOf(browser)).toEqual(["The org_acme: developer"]);
  });

  test("what was said of somebody before their first sign-in counts then", async () => {
    const user = aUser("later");
    const membership = aMembershipOf(user, "org_acme");
    peer.memberships = [membership];
    await happen("organization_membership.created", { ...membership, role: { slug: "admin" } });
    const browser = new TestBrowser(server.url);
    await signIn(user, browser);
    expect(await rolesOf(browser)).toEqual(["The org_acme: admin"]);
  });

  const forgeries: [string, (body: string) => string | undefined][] = [
    ["unsigned", () => undefined],
    ["signed with another secret", (body) => signWebhook(body, "whsec_guessed")],
    ["signed over other bytes", (body) => signWebhook(`${body} `)],
    ["signed four minutes ago", (body) => signWebhook(body, undefined, Date.now() - 4 * MINUTE_MS)],
    ["signed in four minutes", (body) => signWebhook(body, undefined, Date.now() + 4 * MINUTE_MS)],
    [
      "signed at another time than it says",
      (body) => signWebhook(body, undefined, 1).replace("t=1", `t=${Date.now()}`),
    ],
    ["signed in seconds", (body) => signWebhook(body, undefined, Math.floor(Date.now() / 1_000))],
    ["signed with nothing", () => `t=${Date.now()}, v1=`],
    ["of no shape", () => "v1"],
  ];
  test.each(forgeries)("one that is %s is refused and changes nothing", async (_name, sign) => {
    const { browser, membership } = await aMemberOf("org_acme");
    const body = JSON.stringify(peer.emit("organization_membership.deleted", membership as never));
    const answer = await push(body, sign(body));
    expect([answer.status, await answer.json()]).toEqual([
      401,
      { error: expect.objectContaining({ code: "SIGNATURE_INVALID" }) },
    ]);
    expect(await rolesOf(browser)).toEqual(["The org_acme: developer"]);
  });

  test("one that is too large is not read, and one of a kind that says nothing to us is taken", async () => {
    const large = "x".repeat(300_000);
    expect((await push(large, signWebhook(large))).status).toBe(413);
    await happen("invitation.created", { object: "invitation", id: "invitation_1", email: "a@example.com" });
    await happen("dsync.group.updated", { id: "directory_group_1" });
    expect((await fetch(`${server.url}/identity/events`)).status).toBe(405);
  });
});

describe("here", () => {
  test("a member by WorkOS's word is not changed or removed, one who was invited here is", async () => {
    const { browser: owner, membership } = await aMemberOf("org_first", "owner");
    const { user } = await aMemberOf("org_first");
    const me = (await (await owner.api("/api/me")).json()) as { organizations: { id: string }[] };
    const path = `/api/organizations/${me.organizations[0]!.id}/members`;
    const list = async () =>
      ((await (await owner.api(path)).json()) as { items: { userId: string; email: string }[] }).items;
    const { userId } = (await list()).find(({ email }) => email === user.email)!;
    const remove = () => owner.api(`${path}/${userId}`, { method: "DELETE" });
    const change = { method: "PATCH", body: JSON.stringify({ role: "viewer" }) };
    expect((await remove()).status).toBe(409);
    expect((await owner.api(`${path}/${userId}`, change)).status).toBe(409);
    await server.database.query("update outside_memberships set is_applied = false where subject = $1", [
      user.id,
    ]);
    expect((await remove()).status).toBe(204);
    expect(membership.role.slug).toBe("owner");
  });

  test("what happened is in the audit log", async () => {
    const found = await server.database.query<{ action: string }>(
      "select distinct action from audit_entries where actor_name = 'The identity provider' order by action",
    );
    expect(found.rows.map(({ action }) => action)).toEqual([
      "addMember",
      "changeMemberRole",
      "removeMember",
      "signOut",
    ]);
  });
});

test("an owner opens the provider's page for their organization, and nobody else does", async () => {
  const open = async ({ browser }: Member) => {
    const { organizations } = (await (await browser.api("/api/me")).json()) as {
      organizations: { id: string }[];
    };
    const organization = await browser.api(`/api/organizations/${organizations[0]!.id}`);
    expect(await organization.json()).toMatchObject({ hasIdentityPortal: true });
    return browser.api(`/api/organizations/${organizations[0]!.id}/identity-portal`, {
      method: "POST",
      body: JSON.stringify({ intent: "sso" }),
    });
  };
  const opened = await open(await aMemberOf("org_acme", "owner"));
  expect(opened.status).toBe(200);
  expect((await opened.json()) as { url: string }).toMatchObject({ url: expect.stringContaining("http") });
  expect((await open(await aMemberOf("org_acme", "developer"))).status).toBe(403);
});
