import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { TestBrowser } from "../../testing/browser.ts";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";

type Environment = NonNullable<NonNullable<Parameters<typeof startTestServer>[0]>["environment"]>;

export interface ProvenPerson {
  subject: string;
  email: string;
  isEmailVerified: boolean;
  name: string;
}

/** A provider of identities on a free port, whose sign-in page says at once who `person` is. */
export interface IdentityPeer extends AsyncDisposable {
  /** Makes a server sign people in here. */
  environment: Environment;
  /** Where its pages are. */
  url: string;
  person: ProvenPerson;
  /** The person says no. */
  isRefusing: boolean;
  /** Nobody answers. */
  isDown: boolean;
  /** Tells it where the server is that signs people in with it. */
  knowClient(serverUrl: string): void;
}

const ada = { subject: "ada", email: "ada@example.com", isEmailVerified: true, name: "Ada <b>Lovelace</b>" };

/** What every provider of identities promises, through the pages of a server that signs people in by it. */
export function describeOutsideIdentity(
  name: string,
  start: (person: ProvenPerson) => Promise<IdentityPeer>,
): void {
  describe(`an identity of the outside: ${name}`, () => {
    let peer: IdentityPeer;
    let server: TestServer;
    beforeAll(async () => {
      peer = await start(ada);
      server = await startTestServer({ environment: peer.environment });
      peer.knowClient(server.url);
      const link = new URL(server.setupUrl ?? "");
      const answer = await signIn(new TestBrowser(server.url), link.pathname + link.search);
      expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
    });
    afterAll(async () => {
      await server[Symbol.asyncDispose]();
      await peer[Symbol.asyncDispose]();
    });
    beforeEach(() => {
      Object.assign(peer, { person: ada, isRefusing: false, isDown: false });
    });

    const comeBack = async (browser: TestBrowser, path = "/login") =>
      passThrough(peer.url, (await browser.get(path)).headers.get("location"));
    const signIn = async (browser: TestBrowser, path?: string) => browser.get(await comeBack(browser, path));
    const anyone = (subject: string): ProvenPerson => ({
      subject,
      email: `${subject}@example.com`,
      isEmailVerified: true,
      name: subject,
    });

    async function refused(browser: TestBrowser, path: string): Promise<string> {
      const answer = await browser.get(path);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(browser.cookies.has("floww.session")).toBe(false);
      return answer.text();
    }

    /** The server's first owner, and where the organization's routes are. */
    async function asOwner(): Promise<{ owner: TestBrowser; organization: string }> {
      const owner = new TestBrowser(server.url);
      const { person } = peer;
      peer.person = ada;
      await signIn(owner);
      peer.person = person;
      const me = (await (await owner.api("/api/me")).json()) as { organizations: { id: string }[] };
      return { owner, organization: `/api/organizations/${me.organizations[0]!.id}` };
    }

    async function invite(email: string): Promise<string> {
      const { owner, organization } = await asOwner();
      const body = JSON.stringify({ email, role: "developer" });
      const made = await owner.api(`${organization}/invitations`, { method: "POST", body });
      const { url } = (await made.json()) as { url: string };
      return new URL(url).pathname + new URL(url).search;
    }

    test("the owner whom the set-up link made comes back as the same person, with a session of ours", async () => {
      const browser = new TestBrowser(server.url);
      browser.cookies.set("floww.session", "planted.value");
      const answer = await signIn(browser, "/login?next=/device");
      expect([answer.status, answer.headers.get("location")]).toEqual([303, "/device"]);
      expect(browser.cookies.get("floww.session")).not.toBe("planted.value");
      expect([...browser.cookies.keys()]).toEqual(["floww.session"]);
      const me = await (await browser.api("/api/me")).json();
      expect(me).toMatchObject({ name: ada.name, email: ada.email, organizations: [{ role: "owner" }] });
    });

    test("the request asks with PKCE and state for the exact address", async () => {
      const begun = await new TestBrowser(server.url).get("/login");
      const asked = new URL(begun.headers.get("location") ?? "").searchParams;
      expect(asked.get("code_challenge_method")).toBe("S256");
      expect(asked.get("redirect_uri")).toBe(`${server.url}/login/callback`);
      for (const name of ["state", "code_challenge"]) expect(asked.get(name)).toHaveLength(43);
      expect(begun.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Lax/);
    });

    test("a state that is another browser's, guessed or gone opens nothing", async () => {
      const browser = new TestBrowser(server.url);
      const path = await comeBack(browser);
      await refused(new TestBrowser(server.url), path);
      const other = new TestBrowser(server.url);
      await other.get("/login");
      await refused(other, path);
      const url = new URL(path, server.url);
      url.searchParams.set("state", "guessed");
      await refused(browser, url.pathname + url.search);
      url.searchParams.delete("state");
      const gone = await browser.get(url.pathname + url.search);
      expect(gone.status === 400 || gone.headers.get("location") === "/login").toBe(true);
      expect(browser.cookies.has("floww.session")).toBe(false);
    });

    test("a code of another sign-in does not fit this one's verifier", async () => {
      const thief = new TestBrowser(server.url);
      const own = new URL(await comeBack(thief), server.url);
      const stolen = new URL(await comeBack(new TestBrowser(server.url)), server.url);
      own.searchParams.set("code", stolen.searchParams.get("code") ?? "");
      await refused(thief, own.pathname + own.search);
    });

    test("a code that was used opens nothing, even with its browser's cookie", async () => {
      const browser = new TestBrowser(server.url);
      const path = await comeBack(browser);
      const cookies = new Map(browser.cookies);
      expect((await browser.get(path)).status).toBe(303);
      const thief = new TestBrowser(server.url);
      for (const [name, value] of cookies) thief.cookies.set(name, value);
      await refused(thief, path);
    });

    test("no code, an empty one and one that nobody gave open nothing", async () => {
      for (const code of [undefined, "", "guessed", "x".repeat(10_000)]) {
        const browser = new TestBrowser(server.url);
        const url = new URL(await comeBack(browser), server.url);
        if (code === undefined) url.searchParams.delete("code");
        else url.searchParams.set("code", code);
        await refused(browser, url.pathname + url.search);
      }
    });

    test("who says no there is not signed in, and the provider's words are not shown", async () => {
      peer.isRefusing = true;
      const browser = new TestBrowser(server.url);
      expect(await refused(browser, await comeBack(browser))).not.toMatch(/script|EVIL/);
      const url = new URL(await comeBack(browser), server.url);
      url.searchParams.set("error_description", "<script>alert(1)</script> call 555-EVIL");
      expect(await refused(browser, url.pathname + url.search)).not.toMatch(/script|EVIL/);
    });

    test("a provider that is down signs nobody in, and nobody out", async () => {
      const signedIn = new TestBrowser(server.url);
      await signIn(signedIn);
      const browser = new TestBrowser(server.url);
      const path = await comeBack(browser);
      peer.isDown = true;
      const answer = await browser.get(path);
      expect(answer.status).toBe(503);
      expect(browser.cookies.has("floww.session")).toBe(false);
      expect((await signedIn.api("/api/me")).status).toBe(200);
      peer.isDown = false;
      expect((await signIn(browser)).status).toBe(303);
    });

    test("signing out ends the session, says where to sign out there, and signs nobody in again", async () => {
      const browser = new TestBrowser(server.url);
      await signIn(browser);
      const kept = new Map(browser.cookies);
      const ended = await browser.api("/api/auth/sign-out", { method: "POST" });
      const { elsewhereUrl = "" } = (await ended.json()) as { elsewhereUrl?: string };
      expect(browser.cookies.size).toBe(0);
      expect(elsewhereUrl.startsWith(`${peer.url}/`)).toBe(true);
      expect(elsewhereUrl).toContain(encodeURIComponent(`${server.url}/`));
      const page = await browser.get("/login?signedOut");
      expect([page.status, browser.cookies.size]).toEqual([200, 0]);
      expect(await page.text()).toContain('href="/login"');
      for (const [name, value] of kept) browser.cookies.set(name, value);
      expect((await browser.api("/api/me")).status).toBe(401);
    });

    test("who signs out while the provider is down is signed out", async () => {
      const browser = new TestBrowser(server.url);
      await signIn(browser);
      peer.isDown = true;
      expect((await browser.api("/api/auth/sign-out", { method: "POST" })).status).toBe(200);
      expect(browser.cookies.size).toBe(0);
    });

    test("the name is the provider's to say, and there are no passkeys beside it", async () => {
      const { owner } = await asOwner();
      const send = (path: string, method: string, body: unknown) =>
        owner.api(path, { method, body: JSON.stringify(body) });
      expect((await send("/api/me", "PATCH", { name: "Eve" })).status).toBe(403);
      expect((await send("/api/me/passkey-challenges", "POST", { password: "x" })).status).toBe(403);
      const credential = { id: "x", type: "public-key" };
      const made = await send("/api/me/passkeys", "POST", { name: "x", ticket: "x.y", credential });
      expect(made.status).toBe(403);
      const answered = await new TestBrowser(server.url).post("/login/passkey", { credential: "{}" });
      expect(answered.status).toBe(403);
      expect(await (await owner.api("/api/me/sign-in")).json()).toMatchObject({ by: "provider" });
    });

    test.each(["//evil.example", "/\\evil.example", "https://evil.example"])(
      "%s leads nowhere",
      async (next) => {
        const answer = await signIn(new TestBrowser(server.url), `/login?next=${encodeURIComponent(next)}`);
        expect(answer.headers.get("location")).toBe("/");
      },
    );

    test("passwords open nothing", async () => {
      const browser = new TestBrowser(server.url);
      const typed = { email: "ada@example.com", password: "correct horse battery", name: "Ada" };
      expect((await browser.post("/login", typed)).status).toBe(403);
      const invitation = new URL(await invite("new@example.com"), server.url).searchParams.get("token") ?? "";
      expect((await browser.post("/invite", { ...typed, invitation })).status).toBe(403);
    });

    test("somebody whom nobody invited gets no account", async () => {
      peer.person = anyone("eve");
      await refused(new TestBrowser(server.url), await comeBack(new TestBrowser(server.url)));
      const browser = new TestBrowser(server.url);
      expect((await signIn(browser)).status).toBe(403);
    });

    test("an invitation makes an account, for its address only", async () => {
      const path = await invite("grace@example.com");
      peer.person = anyone("eve");
      expect((await signIn(new TestBrowser(server.url), path)).status).toBe(403);
      peer.person = { ...anyone("grace"), email: "Grace@example.com" };
      const browser = new TestBrowser(server.url);
      expect((await signIn(browser, path)).status).toBe(303);
      const me = await (await browser.api("/api/me")).json();
      expect(me).toMatchObject({ email: "grace@example.com", organizations: [{ role: "developer" }] });
    });

    test("the same subject of another issuer is another person", async () => {
      await aUserOf(server, {
        issuer: "https://other.example",
        subject: "mallory",
        email: "victim@example.com",
      });
      peer.person = anyone("mallory");
      expect((await signIn(new TestBrowser(server.url))).status).toBe(403);
    });

    test.each([true, false])(
      "an account under the same address is never taken over (verified: %s)",
      async (isVerified) => {
        const email = `old-${isVerified}@example.com`;
        const path = await invite(email);
        await aUserOf(server, { email });
        peer.person = { ...anyone(`old-${isVerified}`), email, isEmailVerified: isVerified };
        const browser = new TestBrowser(server.url);
        expect((await signIn(browser, path)).status).toBe(409);
        expect((await signIn(browser)).status).toBe(403);
        expect(browser.cookies.has("floww.session")).toBe(false);
      },
    );

    test("a command line signs in by the approval page, until its member is removed", async () => {
      const path = await invite("lin@example.com");
      const post = (to: string, fields: Record<string, string>) =>
        fetch(server.url + to, { method: "POST", body: new URLSearchParams(fields) });
      const started = await post("/oauth/device_authorization", { client_id: "floww-cli" });
      const device = (await started.json()) as { device_code: string; user_code: string };
      peer.person = anyone("lin");
      const browser = new TestBrowser(server.url);
      await signIn(browser, path);
      browser.cookies.clear();
      const asked = `/device?user_code=${device.user_code}`;
      const sent = (await browser.get(asked)).headers.get("location") ?? "";
      expect((await signIn(browser, sent)).headers.get("location")).toBe(asked);
      expect((await browser.fill(asked, { decision: "approve" })).status).toBe(200);
      const given = await post("/oauth/token", {
        client_id: "floww-cli",
        grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        device_code: device.device_code,
      });
      const { access_token } = (await given.json()) as { access_token: string };
      const me = () =>
        fetch(`${server.url}/api/me`, { headers: { authorization: `Bearer ${access_token}` } });
      expect((await me()).status).toBe(200);
      const { owner, organization } = await asOwner();
      const { items } = (await (await owner.api(`${organization}/members`)).json()) as {
        items: { userId: string; email: string }[];
      };
      const lin = items.find(({ email }) => email === "lin@example.com")!;
      expect((await owner.api(`${organization}/members/${lin.userId}`, { method: "DELETE" })).status).toBe(
        204,
      );
      expect((await me()).status).toBe(401);
      expect((await browser.api("/api/me")).status).toBe(401);
    });

    test("an administrator is whom the set-up link made, and nobody by what the provider says", async () => {
      const { owner } = await asOwner();
      const me = await (await owner.api("/api/me")).json();
      expect(me).toMatchObject({ isAdministrator: true });
      expect((await owner.api("/api/admin/users")).status).toBe(200);
      const path = await invite("member@example.com");
      peer.person = anyone("member");
      const member = new TestBrowser(server.url);
      await signIn(member, path);
      expect(await (await member.api("/api/me")).json()).toMatchObject({ isAdministrator: false });
      expect((await member.api("/api/admin/users")).status).toBe(403);
    });

    test("who is blocked is out at once, and stays out whatever the provider proves", async () => {
      const path = await invite("blocked@example.com");
      peer.person = anyone("blocked");
      const browser = new TestBrowser(server.url);
      await signIn(browser, path);
      const { id } = (await (await browser.api("/api/me")).json()) as { id: string };
      const { owner } = await asOwner();
      const block = (isBlocked: boolean) =>
        owner.api(`/api/admin/users/${id}`, { method: "PATCH", body: JSON.stringify({ isBlocked }) });
      expect((await block(true)).status).toBe(200);
      expect((await browser.api("/api/me")).status).toBe(401);
      const refusal = await signIn(browser);
      expect([refusal.status, await refusal.text()]).toEqual([403, expect.stringContaining("has blocked")]);
      expect((await browser.api("/api/me")).status).toBe(401);
      expect((await block(false)).status).toBe(200);
      expect((await signIn(browser)).status).toBe(303);
      expect((await browser.api("/api/me")).status).toBe(200);
    });

    test("nothing that went wrong here was the server's fault", () => {
      const codes = server.reported.map((error) => (error as { code?: unknown }).code);
      // It is said when the provider is down.
      expect(codes.filter((code) => code !== "IDENTITY_UNAVAILABLE")).toEqual([]);
    });
  });
}

async function aUserOf(
  { database }: TestServer,
  { issuer, subject, email }: { issuer?: string; subject?: string; email: string },
): Promise<void> {
  const made = await database.query<{ id: string }>(
    "insert into users (id, name, email) values (gen_random_uuid(), 'Old', $1) returning id",
    [email],
  );
  if (issuer === undefined) return;
  await database.query("insert into outside_identities (issuer, subject, user_id) values ($1, $2, $3)", [
    issuer,
    subject,
    made.rows[0]!.id,
  ]);
}

/** Walks from the provider's address through its sign-in to where it sends the browser: an address of the server. */
export async function passThrough(providerUrl: string, location: string | null): Promise<string> {
  const browser = new TestBrowser(providerUrl);
  let url = new URL(location ?? "");
  while (url.origin === providerUrl) {
    const answer = await browser.get(url.pathname + url.search);
    const next = answer.headers.get("location");
    if (next === null) throw new TypeError(`the provider stops at ${url}: ${await answer.text()}`);
    url = new URL(next, url);
  }
  return url.pathname + url.search;
}
