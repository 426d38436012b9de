import { decodeJwt, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { removeMember } from "../../domain/organizations/memberships.ts";
import { TestBrowser } from "../../testing/browser.ts";
import {
  CLIENT,
  type IdentityProvider,
  passThrough,
  startIdentityProvider,
} from "../../testing/identity-provider.ts";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";

const ada = { sub: "ada", email: "ada@example.com", email_verified: true, name: "Ada <b>Lovelace</b>" };
const eve = { sub: "eve", email: "eve@example.com", email_verified: true, name: "Eve" };

let peer: IdentityProvider;
let server: TestServer;
beforeAll(async () => {
  peer = await startIdentityProvider(ada);
  server = await startTestServer({
    environment: {
      FLOWW_OIDC_ISSUER: peer.issuer,
      FLOWW_OIDC_CLIENT_ID: CLIENT.id,
      FLOWW_OIDC_CLIENT_SECRET: CLIENT.secret,
    },
  });
  peer.knowClient(server.url);
  const link = new URL(server.setupUrl ?? "");
  const answer = await signIn(new TestBrowser(server.url), link.pathname + link.search);
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/account"]);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
});
beforeEach(() => {
  peer.person = ada;
  peer.forge = undefined;
});

/** The address with the code, as the provider sends the browser back to it. */
async function comeBack(browser: TestBrowser, path = "/login"): Promise<string> {
  const begun = await browser.get(path);
  return passThrough(peer, begun.headers.get("location"));
}

async function signIn(browser: TestBrowser, path = "/login"): Promise<Response> {
  return browser.get(await comeBack(browser, path));
}

async function invite(email: string): Promise<string> {
  const owner = new TestBrowser(server.url);
  await signIn(owner);
  const { organizations } = (await (await owner.api("/api/me")).json()) as {
    organizations: { id: string }[];
  };
  const made = await owner.api(`/api/organizations/${organizations[0]!.id}/invitations`, {
    method: "POST",
    body: JSON.stringify({ email, role: "developer" }),
  });
  const { url } = (await made.json()) as { url: string };
  return new URL(url).pathname + new URL(url).search;
}

describe("signing in", () => {
  test("the owner whom the set-up link made comes back as the same person, with a session of ours", async () => {
    const browser = new TestBrowser(server.url);
    browser.cookies.set("floww.session", "planted.value");
    const answer = await signIn(browser, "/login?next=/device");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/device"]);
    expect(browser.cookies.get("floww.session")).not.toBe("planted.value");
    expect([...browser.cookies.keys()]).toEqual(["floww.session"]);
    const page = await (await browser.get("/account")).text();
    expect(page).toContain("owner");
    expect(page).not.toContain("<b>Lovelace");
  });

  test("the request asks with PKCE, state and nonce for the exact address", async () => {
    const begun = await new TestBrowser(server.url).get("/login");
    const asked = new URL(begun.headers.get("location") ?? "").searchParams;
    expect(asked.get("code_challenge_method")).toBe("S256");
    expect(asked.get("redirect_uri")).toBe(`${server.url}/login/callback`);
    for (const name of ["state", "nonce", "code_challenge"]) expect(asked.get(name)).toHaveLength(43);
    expect(begun.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Lax/);
  });

  test("signing out ends the session and offers to sign out there", async () => {
    const browser = new TestBrowser(server.url);
    await signIn(browser);
    const answer = await browser.fill("/account", {});
    expect(browser.cookies.size).toBe(0);
    expect(await answer.text()).toContain(`${peer.issuer}/session/end?`);
  });

  test.each(["//evil.example", "/\\evil.example", "https://evil.example"])(
    "%s leads nowhere",
    async (next) => {
      const answer = await signIn(new TestBrowser(server.url), `/login?next=${encodeURIComponent(next)}`);
      expect(answer.headers.get("location")).toBe("/account");
    },
  );

  test("passwords open nothing here", async () => {
    const browser = new TestBrowser(server.url);
    const typed = { email: "ada@example.com", password: "correct horse battery", name: "Ada" };
    expect((await browser.post("/login", typed)).status).toBe(403);
    const invitation = new URL(await invite("new@example.com"), server.url).searchParams.get("token") ?? "";
    expect((await browser.post("/invite", { ...typed, invitation })).status).toBe(403);
  });
});

describe("who gets an account", () => {
  test("somebody whom nobody invited gets none", async () => {
    peer.person = eve;
    const browser = new TestBrowser(server.url);
    expect((await signIn(browser)).status).toBe(403);
    expect(browser.cookies.has("floww.session")).toBe(false);
  });

  test("an invitation makes one, for its address only", async () => {
    const path = await invite("grace@example.com");
    peer.person = eve;
    expect((await signIn(new TestBrowser(server.url), path)).status).toBe(403);
    peer.person = { sub: "grace", email: "Grace@example.com", email_verified: true, name: "Grace" };
    const browser = new TestBrowser(server.url);
    expect((await signIn(browser, path)).status).toBe(303);
    expect(await (await browser.get("/account")).text()).toContain("developer");
  });

  test.each([true, false])(
    "an account under the same address is never taken over (verified: %s)",
    async (isVerified) => {
      const path = await invite("old@example.com");
      await server.database.query(
        "insert into users (id, name, email) values (gen_random_uuid(), 'Old', 'old@example.com') on conflict do nothing",
      );
      peer.person = {
        sub: `old ${isVerified}`,
        email: "old@example.com",
        email_verified: isVerified,
        name: "Old",
      };
      const browser = new TestBrowser(server.url);
      expect((await signIn(browser, path)).status).toBe(409);
      expect(browser.cookies.has("floww.session")).toBe(false);
    },
  );
});

test("a command line signs in by the approval page, until its member is removed", async () => {
  const path = await invite("lin@example.com");
  const form = (fields: Record<string, string>) => ({ method: "POST", body: new URLSearchParams(fields) });
  const started = await fetch(`${server.url}/oauth/device_authorization`, form({ client_id: "floww-cli" }));
  const device = (await started.json()) as { device_code: string; user_code: string };
  peer.person = { sub: "lin", email: "lin@example.com", email_verified: true, name: "Lin" };
  const browser = new TestBrowser(server.url);
  await signIn(browser, path);
  browser.cookies.clear();
  const asked = `/device?user_code=${device.user_code}`;
  const sent = (await browser.get(asked)).headers.get("location") ?? "";
  const answer = await signIn(browser, sent);
  expect(answer.headers.get("location")).toBe(asked);
  expect((await browser.fill(asked, { decision: "approve" })).status).toBe(200);
  const grant = "urn:ietf:params:oauth:grant-type:device_code";
  const given = await fetch(
    `${server.url}/oauth/token`,
    form({ client_id: "floww-cli", grant_type: grant, device_code: device.device_code }),
  );
  const { access_token } = (await given.json()) as { access_token: string };
  const me = () => fetch(`${server.url}/api/me`, { headers: { authorization: `Bearer ${access_token}` } });
  expect((await me()).status).toBe(200);

  const [member] = (
    await server.database.query<{ userId: string; organizationId: string }>(
      `select user_id as "userId", organization_id as "organizationId" from memberships
       where user_id = (select id from users where email = 'lin@example.com')`,
    )
  ).rows;
  await removeMember(server.database, { ...member!, actorRole: "owner" });
  expect((await me()).status).toBe(401);
  expect((await browser.api("/api/me")).status).toBe(401);
});

describe("what comes back is not believed", () => {
  async function refused(browser: TestBrowser, path: string): Promise<string> {
    const answer = await browser.get(path);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(browser.cookies.has("floww.session")).toBe(false);
    return answer.text();
  }

  test("without a state, with another one, and in another browser", async () => {
    const browser = new TestBrowser(server.url);
    const path = await comeBack(browser);
    const url = new URL(path, server.url);
    await refused(new TestBrowser(server.url), path);
    const other = new TestBrowser(server.url);
    await other.get("/login");
    await refused(other, path);
    url.searchParams.set("state", "guessed");
    await refused(browser, url.pathname + url.search);
    url.searchParams.delete("state");
    await refused(browser, url.pathname + url.search);
  });

  test("a code that was used, even with its browser's cookie", async () => {
    const browser = new TestBrowser(server.url);
    const path = await comeBack(browser);
    const cookies = new Map(browser.cookies);
    expect((await browser.get(path)).status).toBe(303);
    const thief = new TestBrowser(server.url);
    for (const [name, value] of cookies) thief.cookies.set(name, value);
    await refused(thief, path);
  });

  test("an answer in the name of another issuer", async () => {
    const browser = new TestBrowser(server.url);
    const url = new URL(await comeBack(browser), server.url);
    url.searchParams.set("iss", "https://evil.example");
    await refused(browser, url.pathname + url.search);
  });

  test("what the provider says of an error is not shown", async () => {
    const browser = new TestBrowser(server.url);
    const url = new URL(await comeBack(browser), server.url);
    url.searchParams.delete("code");
    url.searchParams.set("error", "access_denied");
    url.searchParams.set("error_description", "<script>alert(1)</script> call 555-EVIL");
    const page = await refused(browser, url.pathname + url.search);
    expect(page).not.toMatch(/script|EVIL/);
  });

  const seconds = () => Math.floor(Date.now() / 1_000);
  const signed = (claims: object) =>
    new SignJWT({ ...claims }).setProtectedHeader({ alg: "RS256", kid: "one" }).sign(peer.key);
  const forgeries: [string, (claims: object) => Promise<string>][] = [
    ["of another nonce", (claims) => signed({ ...claims, nonce: "another" })],
    ["for another client", (claims) => signed({ ...claims, aud: "another" })],
    ["by another issuer", (claims) => signed({ ...claims, iss: "https://evil.example" })],
    ["past its time", (claims) => signed({ ...claims, exp: seconds() - 3_600, iat: seconds() - 7_200 })],
    ["without a signature", async (claims) => new UnsecuredJWT({ ...claims }).encode()],
    [
      "with a signature that does not fit",
      async (claims) => `${(await signed(claims)).slice(0, -8)}AAAAAAAA`,
    ],
  ];
  test.each(forgeries)("an ID token %s", async (_name, forge) => {
    const browser = new TestBrowser(server.url);
    peer.forge = (idToken) => forge(decodeJwt(idToken));
    await refused(browser, await comeBack(browser));
  });

  test("while one that was signed anew with the same claims is", async () => {
    peer.forge = (idToken) => signed(decodeJwt(idToken));
    expect((await signIn(new TestBrowser(server.url))).status).toBe(303);
  });
});

test("nothing that went wrong here was the server's fault", () => {
  expect(server.reported).toEqual([]);
});
