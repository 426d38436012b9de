import { createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestAuthenticator } from "../../testing/authenticator.ts";
import { hiddenFields, TestBrowser } from "../../testing/browser.ts";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";
import { aMember, password } from "../../testing/signed-in.ts";

const ORIGIN = "https://floww.example.com";
const SITE = { origin: ORIGIN, rpId: "floww.example.com" };
const ada = { name: "Ada", email: "ada@example.com", password };
const SESSION = "__Host-floww.session";

let server: TestServer;
let owner: TestBrowser;
beforeAll(async () => {
  server = await startTestServer({ publicUrl: ORIGIN });
  owner = new TestBrowser(server.localUrl);
  const token = new URL(server.setupUrl ?? "").searchParams.get("token") ?? "";
  await owner.post("/setup", { token, ...ada }, { origin: ORIGIN });
});
afterAll(() => server[Symbol.asyncDispose]());

function send(browser: TestBrowser, method: string, path: string, body?: unknown): Promise<Response> {
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  return browser.api(path, { method, headers: { origin: ORIGIN }, ...init });
}

/** The public name is nowhere: it is asked where it listens. */
const at = (token: string) => createClient({ serverUrl: server.localUrl, token });

async function signedIn(): Promise<TestBrowser> {
  const browser = new TestBrowser(server.localUrl);
  await browser.post("/login", ada, { origin: ORIGIN });
  return browser;
}

async function start(browser: TestBrowser) {
  const answer = await send(browser, "POST", "/api/me/passkey-challenges", { password });
  expect(answer.status).toBe(200);
  return (await answer.json()) as { options: { challenge: string }; ticket: string };
}

const create = (browser: TestBrowser, ticket: string, credential: unknown, name = "laptop") =>
  send(browser, "POST", "/api/me/passkeys", { name, ticket, credential });

async function register(authenticator = new TestAuthenticator(SITE)) {
  const { options, ticket } = await start(owner);
  const made = await create(owner, ticket, authenticator.create(options));
  expect(made.status).toBe(201);
  return { authenticator, id: ((await made.json()) as { id: string }).id };
}

/** What the sign-in page asks for. */
async function ask(browser: TestBrowser, path = "/login") {
  const page = await (await browser.get(path)).text();
  const options = /data-options="([^"]+)"/.exec(page)?.[1]?.replaceAll("&quot;", '"') ?? "";
  return { ...(JSON.parse(options) as { challenge: string }), next: hiddenFields(page).next ?? "/" };
}

const answer = (browser: TestBrowser, credential: unknown, next = "/") =>
  browser.post("/login/passkey", { credential: JSON.stringify(credential), next }, { origin: ORIGIN });

async function code(response: Response): Promise<[number, string]> {
  return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
}

describe("registering", () => {
  test("a passkey is listed, signs in as its person, and says when it was used", async () => {
    const { authenticator, id } = await register();
    const browser = new TestBrowser(server.localUrl);
    browser.cookies.set(SESSION, "planted.value");
    const asked = await ask(browser, "/login?next=/device");
    const entered = await answer(browser, authenticator.get(asked), asked.next);
    expect([entered.status, entered.headers.get("location")]).toEqual([303, "/device"]);
    expect(browser.cookies.get(SESSION)).not.toBe("planted.value");
    expect([...browser.cookies.keys()]).toEqual([SESSION]);
    expect(await (await send(browser, "GET", "/api/me")).json()).toMatchObject({ email: ada.email });
    const { items } = (await (await send(browser, "GET", "/api/me/passkeys")).json()) as { items: unknown[] };
    expect(items).toEqual([
      expect.objectContaining({ id, name: "laptop", isSynced: false, lastUsedAt: expect.any(String) }),
    ]);
    const logged = await server.database.query(
      "select from audit_entries where action = 'signInWithPasskey'",
    );
    expect(logged.rowCount).toBe(1);
  });

  test("a wrong password begins none, and a command line none at all", async () => {
    const wrong = await send(owner, "POST", "/api/me/passkey-challenges", { password: "a wrong password" });
    expect(await code(wrong)).toEqual([401, "LOGIN_FAILED"]);
    const { accessToken } = await aMember(server);
    const started = at(accessToken).startPasskey({ body: { password } });
    await expect(started).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  test("what was begun in another session, was used, or was made up adds none", async () => {
    const { options, ticket } = await start(owner);
    const authenticator = new TestAuthenticator(SITE);
    const credential = authenticator.create(options);
    expect(await code(await create(await signedIn(), ticket, credential))).toEqual([400, "SIGN_IN_EXPIRED"]);
    const { challenge } = await ask(new TestBrowser(server.localUrl));
    expect((await create(owner, `${challenge}.x`, credential)).status).toBe(400);
    expect((await create(owner, ticket, credential)).status).toBe(201);
    expect(await code(await create(owner, ticket, credential))).toEqual([400, "SIGN_IN_EXPIRED"]);
    const again = await start(owner);
    expect((await create(owner, again.ticket, authenticator.create(again.options))).status).toBe(409);
  });

  test.each([
    ["of another site", { rpId: "evil.example" }],
    ["asked by another page", { origin: "https://evil.example" }],
    ["without a finger, a face or a PIN", { isVerified: false }],
  ])("one %s is refused", async (_how, wrong) => {
    const { options, ticket } = await start(owner);
    const authenticator = Object.assign(new TestAuthenticator(SITE), wrong);
    const made = await create(owner, ticket, authenticator.create(options));
    expect(await code(made)).toEqual([400, "PASSKEY_INVALID"]);
  });

  test.each([
    ["nothing", {}],
    ["text", { response: "x" }],
    ["wrong parts", { rawId: "x", response: { clientDataJSON: "!", attestationObject: "AA" } }],
    [
      "deep CBOR",
      { rawId: "x", response: { clientDataJSON: "e30", attestationObject: "gYGBgYGBgYGB".repeat(500) } },
    ],
  ])("%s in place of a credential is refused", async (_what, parts) => {
    const { ticket } = await start(owner);
    const made = await create(owner, ticket, { id: "x", type: "public-key", ...parts });
    expect(await code(made)).toEqual([400, "PASSKEY_INVALID"]);
  });

  test("nobody sees or deletes another's", async () => {
    const { id } = await register();
    const { accessToken } = await aMember(server);
    const stranger = at(accessToken);
    expect(await stranger.listPasskeys({})).toEqual({ items: [] });
    const deleted = stranger.deletePasskey({ params: { passkeyId: id } });
    await expect(deleted).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("signing in", () => {
  const refusedAt = async (browser: TestBrowser, response: Response, status = 401) => {
    expect(response.status).toBe(status);
    expect(browser.cookies.has(SESSION)).toBe(false);
  };

  test("an answer counts once, and only in the browser that was asked", async () => {
    const { authenticator } = await register();
    const browser = new TestBrowser(server.localUrl);
    const credential = authenticator.get(await ask(browser));
    const cookies = new Map(browser.cookies);
    const thief = new TestBrowser(server.localUrl);
    await refusedAt(thief, await answer(thief, credential), 400);
    await ask(thief);
    await refusedAt(thief, await answer(thief, credential));
    expect((await answer(browser, credential)).status).toBe(303);
    for (const [name, value] of cookies) thief.cookies.set(name, value);
    await refusedAt(thief, await answer(thief, credential), 400);
  });

  test("one whose count went back was copied", async () => {
    const { authenticator } = await register();
    const browser = new TestBrowser(server.localUrl);
    expect((await answer(browser, authenticator.get(await ask(browser)))).status).toBe(303);
    authenticator.counter -= 1;
    const copy = new TestBrowser(server.localUrl);
    await refusedAt(copy, await answer(copy, authenticator.get(await ask(copy))));
  });

  test("one that does not count signs in again and again", async () => {
    const authenticator = new TestAuthenticator(SITE);
    authenticator.counter = 0;
    await register(authenticator);
    for (let index = 0; index < 2; index++) {
      const browser = new TestBrowser(server.localUrl);
      expect((await answer(browser, authenticator.get(await ask(browser)))).status).toBe(303);
    }
  });

  test("one that is deleted, unknown, unverified, of another page or no credential at all signs nobody in", async () => {
    const { authenticator, id } = await register();
    const from = async (one: TestAuthenticator) => {
      const browser = new TestBrowser(server.localUrl);
      await refusedAt(browser, await answer(browser, one.get(await ask(browser))));
    };
    await from(new TestAuthenticator(SITE));
    authenticator.isVerified = false;
    await from(authenticator);
    Object.assign(authenticator, { isVerified: true, origin: "https://evil.example" });
    await from(authenticator);
    authenticator.origin = ORIGIN;
    expect((await send(owner, "DELETE", `/api/me/passkeys/${id}`)).status).toBe(204);
    await from(authenticator);
    for (const nonsense of [null, 1, [], { id: 1 }, { id: "x".repeat(5_000) }]) {
      const browser = new TestBrowser(server.localUrl);
      await ask(browser);
      await refusedAt(browser, await answer(browser, nonsense));
    }
  });

  test("an old question is not taken", async () => {
    const { authenticator } = await register();
    const browser = new TestBrowser(server.localUrl);
    const [name, ticket] = await ask(browser).then(() => [...browser.cookies][0]!);
    const [text = "", mac = ""] = ticket.split(".");
    const written = JSON.parse(Buffer.from(text, "base64url").toString()) as {
      challenge: string;
      until: number;
    };
    expect(written.until).toBeLessThanOrEqual(Date.now() + 10 * 60_000);
    const later = Buffer.from(JSON.stringify({ ...written, until: written.until + 1 })).toString("base64url");
    browser.cookies.set(name, `${later}.${mac}`);
    await refusedAt(browser, await answer(browser, authenticator.get(written)), 400);
  });

  test("its page runs our file and nothing else, and leads nowhere else", async () => {
    const { authenticator } = await register();
    const browser = new TestBrowser(server.localUrl);
    const page = await browser.get("/login");
    expect(page.headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; script-src 'self'",
    );
    expect(page.headers.get("set-cookie")).toMatch(
      /^__Host-floww\.passkey=.*; HttpOnly; SameSite=Strict; Secure$/,
    );
    const script = await browser.get("/pages/passkey.js");
    expect(script.headers.get("content-type")).toContain("text/javascript");
    const entered = await answer(browser, authenticator.get(await ask(browser)), "//evil.example");
    expect(entered.headers.get("location")).toBe("/");
    const foreign = await new TestBrowser(server.localUrl).post("/login/passkey", { credential: "{}" });
    expect(foreign.status).toBe(403);
  });
});

test("an IP address has no passkeys, and says so", async () => {
  await using other = await startTestServer();
  const { accessToken } = await aMember(other);
  expect(await other.client(accessToken).getSignIn({})).toEqual({
    by: "password",
    passkeysRefused: expect.stringMatching(/127\.0\.0\.1 is an IP address.*http:\/\/localhost/),
  });
  const page = await new TestBrowser(other.url).get("/login");
  expect(page.headers.get("content-security-policy")).not.toContain("script-src");
  expect(await page.text()).not.toMatch(/passkey|<script/);
  const answered = await new TestBrowser(other.url).post("/login/passkey", { credential: "{}" });
  expect(answered.status).toBe(403);
});

test("nothing that went wrong here was the server's fault", () => {
  expect(server.reported).toEqual([]);
});
