import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestBrowser } from "../../testing/browser.ts";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";

const ada = { name: "Ada Lovelace", email: "ada@example.com", password: "correct horse battery" };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** The path of a link that the server prints. */
function pathOf(link: string | undefined): string {
  const url = new URL(link ?? "");
  return url.pathname + url.search;
}

describe("the first account", () => {
  test("a wrong set-up link makes nothing", async () => {
    const stranger = new TestBrowser(server.url);
    expect((await stranger.get("/setup?token=floww_setup_guess")).status).toBe(403);
    expect((await stranger.post("/setup", { token: "floww_setup_guess", ...ada })).status).toBe(403);
  });

  test("a short password is asked for again, and the link is still good", async () => {
    const answer = await new TestBrowser(server.url).fill(pathOf(server.setupUrl), {
      ...ada,
      password: "short",
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("10 to 128 characters");
  });

  test("the link makes an owner who is signed in, and dies with its use", async () => {
    const browser = new TestBrowser(server.url);
    const answer = await browser.fill(pathOf(server.setupUrl), ada);
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
    expect(await (await browser.api("/api/me")).json()).toMatchObject({ organizations: [{ role: "owner" }] });
    expect((await browser.get(pathOf(server.setupUrl))).status).toBe(403);
    expect(
      (
        await browser.post("/setup", {
          token: new URL(server.setupUrl ?? "").searchParams.get("token") ?? "",
          ...ada,
          email: "eve@example.com",
        })
      ).status,
    ).toBe(403);
  });
});

describe("signing in", () => {
  test("the right password makes a session of its own, and the wrong one none", async () => {
    const browser = new TestBrowser(server.url);
    expect((await browser.fill("/login", { ...ada, password: "wrong" })).status).toBe(401);
    expect(browser.cookies.size).toBe(0);
    const answer = await browser.fill("/login?next=/device", {
      email: "ADA@example.com",
      password: ada.password,
    });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/device"]);
    const cookie = answer.headers.getSetCookie().join();
    expect(cookie).toMatch(/^floww\.session=/);
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
    expect(cookie).toMatch(/Path=\//i);
  });

  test("a session that an attacker planted is not the one that signing in makes", async () => {
    const attacker = new TestBrowser(server.url);
    await attacker.fill("/login", ada);
    const planted = attacker.cookies.get("floww.session") ?? "";
    const victim = new TestBrowser(server.url);
    victim.cookies.set("floww.session", "planted.value");
    await victim.post("/login", { ...ada });
    expect(victim.cookies.get("floww.session")).not.toBe("planted.value");
    expect(victim.cookies.get("floww.session")).not.toBe(planted);
  });

  test("after signing out the cookie is worth nothing, also to whoever copied it", async () => {
    const browser = new TestBrowser(server.url);
    await browser.fill("/login", ada);
    const copied = new Map(browser.cookies);
    const ended = await browser.api("/api/auth/sign-out", { method: "POST" });
    expect([ended.status, await ended.json()]).toEqual([200, {}]);
    expect(browser.cookies.size).toBe(0);
    expect(await (await browser.get("/login?signedOut")).text()).toContain("You are signed out.");
    for (const [name, value] of copied) browser.cookies.set(name, value);
    expect((await browser.get("/device")).headers.get("location")).toMatch(/^\/login/);
    expect((await browser.api("/api/me")).status).toBe(401);
  });

  test("a cookie whose signature was changed is a stranger's", async () => {
    const browser = new TestBrowser(server.url);
    await browser.fill("/login", ada);
    const cookie = browser.cookies.get("floww.session") ?? "";
    browser.cookies.set(
      "floww.session",
      cookie.slice(0, 20) + (cookie[20] === "a" ? "b" : "a") + cookie.slice(21),
    );
    expect((await browser.api("/api/me")).status).toBe(401);
  });

  test("guessing one account is slowed down, with the seconds to wait", async () => {
    const browser = new TestBrowser(server.url);
    const statuses: number[] = [];
    for (let index = 0; index < 11; index++) {
      const answer = await browser.post("/login", {
        email: "victim@example.com",
        password: `guess ${index}`,
      });
      statuses.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
  });

  test("a form that another page sends is refused", async () => {
    const browser = new TestBrowser(server.url);
    for (const origin of ["https://evil.example", "null"])
      expect((await browser.post("/login", ada, { origin })).status).toBe(403);
    expect(browser.cookies.size).toBe(0);
  });

  test("the API takes the cookie only from our own pages", async () => {
    const browser = new TestBrowser(server.url);
    await browser.fill("/login", ada);
    const signOut = { method: "POST", headers: { origin: "https://evil.example" } };
    expect((await browser.api("/api/auth/sign-out", signOut)).status).toBe(403);
    expect((await browser.api("/api/me")).status).toBe(200);
  });

  test("changing the password ends the other sessions and the old password", async () => {
    const browser = new TestBrowser(server.url);
    const other = new TestBrowser(server.url);
    await browser.fill("/login", ada);
    await other.fill("/login", ada);
    const change = (currentPassword: string, newPassword: string) =>
      browser.api("/api/auth/change-password", {
        method: "POST",
        body: JSON.stringify({ currentPassword, newPassword }),
      });
    expect((await change("not my password", "another good password")).status).toBe(401);
    expect((await change(ada.password, "another good password")).status).toBe(204);
    expect((await browser.api("/api/me")).status).toBe(200);
    expect((await other.api("/api/me")).status).toBe(401);
    expect((await other.fill("/login", ada)).status).toBe(401);
    expect((await change("another good password", ada.password)).status).toBe(204);
  });
});

describe("what a page can do to a browser", () => {
  test.each(["/login", "/device", "/setup?token=x", "/invite?token=x"])(
    "%s runs no script, goes into no frame and is not kept",
    async (path) => {
      const { headers } = await new TestBrowser(server.url).get(path);
      expect(headers.get("content-security-policy")).toMatch(/^default-src 'none';.*frame-ancestors 'none'/);
      expect(headers.get("content-security-policy")).not.toContain("unsafe");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    },
  );

  test("hostile strings in the address are text", async () => {
    const browser = new TestBrowser(server.url);
    await browser.fill("/login", ada);
    const hostile = encodeURIComponent(`"><script>alert(1)</script>`);
    for (const path of [
      `/device?user_code=${hostile}`,
      `/login?next=/${hostile}`,
      `/setup?token=${hostile}`,
    ]) {
      expect(await (await browser.get(path)).text()).not.toContain("<script");
    }
  });

  test("a name that is markup is shown as text", async () => {
    await server.database.query("update organizations set name = '<img src=x onerror=alert(1)>'");
    const browser = new TestBrowser(server.url);
    await browser.fill("/login", ada);
    const me = (await (await browser.api("/api/me")).json()) as { organizations: { id: string }[] };
    const made = await browser.api(`/api/organizations/${me.organizations[0]!.id}/invitations`, {
      method: "POST",
      body: JSON.stringify({ email: "grace@example.com", role: "viewer" }),
    });
    const { url } = (await made.json()) as { url: string };
    const page = await (await new TestBrowser(server.url).get(pathOf(url))).text();
    expect(page).toContain("&lt;img");
    expect(page).not.toContain("<img");
  });

  test("signing in leads nowhere else", async () => {
    const browser = new TestBrowser(server.url);
    const answer = await browser.post("/login", { ...ada, next: "//evil.example" });
    expect(answer.headers.get("location")).toBe("/");
  });
});

test("nothing that went wrong here was the server's fault", () => {
  expect(server.reported).toEqual([]);
});
