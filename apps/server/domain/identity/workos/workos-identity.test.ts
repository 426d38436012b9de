import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { WorkosClient } from "../../../platform/clients/workos/workos-client.ts";
import { TestBrowser } from "../../../testing/browser.ts";
import { keyRingOf } from "../../../testing/home-keys.ts";
import { startTestServer, type TestServer } from "../../../testing/running-server.ts";
import {
  aMembershipOf,
  aUser,
  startWorkosPeer,
  WORKOS_CLIENT,
  WorkosPeer,
} from "../../../testing/workos-peer.ts";
import { describeOutsideIdentity, passThrough } from "../conformance.ts";
import { OutsideSessions } from "../outside-sessions.ts";
import { WorkosDirectory } from "./workos-directory.ts";
import { WorkosIdentity } from "./workos-identity.ts";

describeOutsideIdentity("WorkOS", startWorkosPeer);

const options = {
  clientId: WORKOS_CLIENT.id,
  apiKey: WORKOS_CLIENT.apiKey,
  webhookSecret: WORKOS_CLIENT.webhookSecret,
};
let peer: WorkosPeer;
let server: TestServer;
beforeAll(async () => {
  peer = await WorkosPeer.start();
  server = await startTestServer({ environment: peer.environment });
  peer.knowClient(server.url);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
});
beforeEach(() => {
  peer.user = aUser("ada");
  peer.memberships = [aMembershipOf(peer.user, "org_acme")];
  Object.assign(peer, { isDown: false, impersonator: undefined });
});

async function signIn(browser: TestBrowser): Promise<Response> {
  const begun = await browser.get("/login");
  return browser.get(await passThrough(peer.url, begun.headers.get("location")));
}

const isIn = async (browser: TestBrowser) => (await browser.api("/api/me")).status === 200;

test("signing out leads to where the very session there ends", async () => {
  const [one, other] = [new TestBrowser(server.url), new TestBrowser(server.url)];
  peer.sessions.clear();
  await signIn(one);
  const [session] = peer.sessions;
  await signIn(other);
  const ended = await one.api("/api/auth/sign-out", { method: "POST" });
  const { elsewhereUrl } = (await ended.json()) as { elsewhereUrl: string };
  const answer = await fetch(elsewhereUrl, { redirect: "manual" });
  expect(answer.headers.get("location")).toBe(`${server.url}/`);
  expect(peer.sessions.size).toBe(1);
  expect(peer.sessions.has(session!)).toBe(false);
  expect(await isIn(other)).toBe(true);
});

test("of two browsers in which somebody signs in for the first time at once, both are in", async () => {
  peer.user = aUser("twice");
  peer.memberships = [aMembershipOf(peer.user, "org_acme")];
  const browsers = Array.from({ length: 5 }, () => new TestBrowser(server.url));
  const paths = await Promise.all(
    browsers.map(async (browser) =>
      passThrough(peer.url, (await browser.get("/login")).headers.get("location")),
    ),
  );
  const answers = await Promise.all(browsers.map((browser, at) => browser.get(paths[at]!)));
  expect(answers.map(({ status }) => status)).toEqual([303, 303, 303, 303, 303]);
});

test("who acts as somebody else at WorkOS is not taken for them", async () => {
  peer.impersonator = { email: "support@example.com", reason: "a ticket" };
  const browser = new TestBrowser(server.url);
  expect((await signIn(browser)).status).toBe(401);
  expect(browser.cookies.has("floww.session")).toBe(false);
});

describe("a session in use asks at WorkOS whether it goes on", () => {
  async function open() {
    const sessions = new OutsideSessions({
      database: server.database,
      key: (await keyRingOf(server)).deriveKey("outside-sessions"),
      outside: new WorkosIdentity(new WorkosClient({ ...options, apiUrl: new URL(peer.url) })),
      report: (error) => {
        throw error;
      },
      askAgainMs: 0,
    });
    await server.database.query("delete from sessions");
    peer.sessions.clear();
    const browser = new TestBrowser(server.url);
    await signIn(browser);
    const found = await server.database.query<{ id: string; sealed: Buffer }>(
      "select session_id as id, refresh_token as sealed from outside_sessions",
    );
    return { sessions, browser, ...found.rows[0]! };
  }

  test("again and again, with the next token each time", async () => {
    const { sessions, browser, id } = await open();
    for (let at = 0; at < 3; at++) await sessions.askAgain(id);
    expect(await isIn(browser)).toBe(true);
  });

  test("beside its first request in a while: the next one is refused", async () => {
    const { browser } = await open();
    await server.database.query("update outside_sessions set asked_at = now() - interval '1 hour'");
    peer.sessions.clear();
    expect(await isIn(browser)).toBe(true);
    await expect.poll(() => isIn(browser), { timeout: 20_000 }).toBe(false);
  });

  test("and ends when it is over there", async () => {
    const { sessions, browser, id } = await open();
    peer.sessions.clear();
    await sessions.askAgain(id);
    expect(await isIn(browser)).toBe(false);
  });

  test("and stays while WorkOS does not answer", async () => {
    const { sessions, browser, id } = await open();
    peer.isDown = true;
    await expect(sessions.askAgain(id)).rejects.toMatchObject({ code: "IDENTITY_UNAVAILABLE" });
    expect(await isIn(browser)).toBe(true);
    peer.isDown = false;
    await sessions.askAgain(id);
    expect(await isIn(browser)).toBe(true);
  });

  test("by one server at a time: the token is good once", async () => {
    const { sessions, browser, id } = await open();
    await server.database.query("update outside_sessions set asked_at = now() - interval '1 hour'");
    peer.asked.length = 0;
    const slow = new OutsideSessions({
      database: server.database,
      key: (await keyRingOf(server)).deriveKey("outside-sessions"),
      outside: new WorkosIdentity(new WorkosClient({ ...options, apiUrl: new URL(peer.url) })),
      report: () => undefined,
    });
    await Promise.all(Array.from({ length: 10 }, () => slow.askAgain(id)));
    expect(peer.asked).toEqual(["POST /user_management/authenticate"]);
    expect(await isIn(browser)).toBe(true);
    expect(sessions).toBeDefined();
  });

  test("and what lies in the database is not the token, nor another session's", async () => {
    const { sessions, id, sealed } = await open();
    expect(sealed.toString("latin1")).not.toMatch(/[0-9a-f]{24}/);
    const other = new TestBrowser(server.url);
    await signIn(other);
    await server.database.query("update outside_sessions set refresh_token = $1 where session_id <> $2", [
      sealed,
      id,
    ]);
    const found = await server.database.query<{ id: string }>(
      "select session_id as id from outside_sessions where session_id <> $1",
      [id],
    );
    await sessions.askAgain(found.rows[0]!.id);
    expect(await isIn(other)).toBe(false);
  });
});

describe("what is wrong with this server's own settings is an outage, and no person's fault", () => {
  test.each([{ apiKey: "sk_wrong" }, { clientId: "client_wrong" }])("%o", async (wrong) => {
    const client = new WorkosClient({ ...options, ...wrong, apiUrl: new URL(peer.url) });
    const unavailable = expect.objectContaining({ code: "IDENTITY_UNAVAILABLE" });
    const code = client.authenticateWithCode({ code: "guessed", codeVerifier: "a verifier" });
    await expect(code).rejects.toEqual(unavailable);
    if (wrong.apiKey === undefined) return;
    await expect(client.listMemberships("user_ada")).rejects.toEqual(unavailable);
    await expect(client.listEvents(["user.deleted"], { since: new Date() })).rejects.toEqual(unavailable);
  });
});

test("somebody of more organizations than a page has is in all of them", async () => {
  peer.user = aUser("everywhere");
  peer.memberships = Array.from({ length: 230 }, (_, at) => aMembershipOf(peer.user, `org_${at}`));
  const browser = new TestBrowser(server.url);
  await signIn(browser);
  const me = (await (await browser.api("/api/me")).json()) as { organizations: unknown[] };
  expect(me.organizations).toHaveLength(230);
});

test("the portal's link is for the organization, and comes back here", async () => {
  const directory = new WorkosDirectory(new WorkosClient({ ...options, apiUrl: new URL(peer.url) }));
  const link = await directory.portalLink({
    organization: "org_acme",
    intent: "domain_verification",
    returnTo: new URL(`${server.url}/account`),
  });
  expect(link.pathname).toBe("/domain_verification/org_acme");
  expect(link.searchParams.get("return")).toBe(`${server.url}/account`);
});
