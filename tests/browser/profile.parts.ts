import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../apps/server/testing/free-port.ts";
import { type DashboardServer, owner, startDashboardServer } from "./dashboard-server.ts";
import { hasChromium } from "./open-browser.ts";

describe.skipIf(!hasChromium())("[needs chromium] a person's profile", () => {
  let dashboard: DashboardServer;
  /** A name, as passkeys want one. */
  let url: string;
  beforeAll(async () => {
    const port = String(await freePort());
    url = `http://localhost:${port}`;
    dashboard = await startDashboardServer({ FLOWW_PORT: port, FLOWW_PUBLIC_URL: url });
  });
  afterAll(() => dashboard[Symbol.asyncDispose]());

  const open = (options: { javaScriptEnabled?: boolean; isStranger?: boolean } = {}) => {
    const { isStranger = false, ...rest } = options;
    const state = isStranger ? { storageState: { cookies: [], origins: [] } } : {};
    return dashboard.open({ baseURL: url, ...state, ...rest });
  };
  const signIn = async (page: Page, password = owner.password) => {
    await page.goto("/login");
    await page.getByLabel("E-mail").fill(owner.email);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
  };
  const refusals = (pattern: RegExp) => dashboard.takeComplaints().filter((text) => !pattern.test(text));

  test("a passkey is added, signs in, and signs nobody in once it is deleted", async () => {
    const page = await open({ isStranger: true });
    await addAuthenticator(page.context(), page);
    await signIn(page);
    await page.getByRole("button", { name: `Signed in as ${owner.name}` }).click();
    await page.getByRole("menuitem", { name: "Profile" }).click();
    await page.getByText("No passkeys").waitFor();
    await page.getByRole("button", { name: "Add a passkey" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill(`My "><img src=x onerror=alert(1)> laptop`);
    await dialog.getByLabel("Your password").fill("not my password");
    await dialog.getByRole("button", { name: "Continue" }).click();
    await dialog.getByRole("alert").getByText("That is not your password.").waitFor();
    await dialog.getByLabel("Your password").fill(owner.password);
    await dialog.getByLabel("Your password").press("Enter");
    const row = page.getByRole("row", { name: /^My "><img/ });
    await row.getByText("never").waitFor();

    await page.getByRole("button", { name: `Signed in as ${owner.name}` }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByText("You are signed out.").waitFor();
    expect((await page.request.get("/api/me")).status()).toBe(401);

    await page.goto("/profile");
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.getByRole("heading", { name: "Profile" }).waitFor();
    await row
      .getByText(/ago|just now/)
      .last()
      .waitFor();
    expect(await row.getByText("never").count()).toBe(0);
    await page.getByRole("button", { name: /^Delete the passkey My/ }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("No passkeys").waitFor();

    await page.context().clearCookies();
    await page.goto("/login");
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.getByRole("alert").getByText("This passkey signs nobody in.").waitFor();
    expect(refusals(/status of 401/)).toEqual([]);
  });

  test("without a passkey on the device the page says so, and without script it offers none", async () => {
    const page = await open({ isStranger: true });
    await addAuthenticator(page.context(), page);
    await page.goto("/login");
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.getByText("No passkey was given.").waitFor();
    const plain = await open({ isStranger: true, javaScriptEnabled: false });
    await plain.goto("/login");
    expect(await plain.getByRole("button").allInnerTexts()).toEqual(["Sign in"]);
    await signIn(plain);
    await plain.waitForURL(/\/$/);
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("another session is ended from here, and the present one is marked", async () => {
    const other = await open({ isStranger: true });
    await signIn(other);
    await other.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    const page = await open();
    await page.goto("/profile");
    await page.getByText("this one").waitFor();
    const own = page.getByRole("row", { name: /this one/ });
    expect(await own.getByRole("button").allInnerTexts()).toEqual(["Sign out"]);
    for (const end = page.getByRole("button", { name: /^End / }); (await end.count()) > 0; ) {
      const before = await end.count();
      await end.first().click();
      await expect.poll(() => end.count()).toBeLessThan(before);
    }
    await other.reload();
    await other.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.reload();
    await page.getByText("this one").waitFor();
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("name, theme and own keys are changed", async () => {
    const page = await open();
    await page.goto("/profile");
    const name = page.getByLabel("Name", { exact: true });
    await name.fill(`Ada <b onmouseover=alert(1)>`);
    await name.press("Enter");
    await page.getByRole("button", { name: "Signed in as Ada <b onmouseover=alert(1)>" }).waitFor();
    await name.fill(owner.name);
    await name.press("Enter");
    await page.getByRole("button", { name: `Signed in as ${owner.name}` }).waitFor();
    await page.getByRole("radio", { name: "Dark" }).click();
    await page.reload();
    await page.getByText("You made no keys").waitFor();
    expect(await page.getByRole("radio", { name: "Dark" }).isChecked()).toBe(true);
    const me = (await (await page.request.get("/api/me")).json()) as { organizations: { id: string }[] };
    const made = await page.request.post(`/api/organizations/${me.organizations[0]!.id}/keys`, {
      data: { name: "mine", role: "viewer" },
      headers: { origin: url },
    });
    const { key } = (await made.json()) as { key: string };
    await page.reload();
    await page.getByRole("row", { name: /^mine default viewer/ }).waitFor();
    await page.getByRole("button", { name: "Revoke the key mine" }).click();
    await page.getByRole("button", { name: "Revoke", exact: true }).click();
    await page.getByText("You made no keys").waitFor();
    const used = await fetch(`${url}/api/me`, { headers: { authorization: `Bearer ${key}` } });
    expect(used.status).toBe(401);
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("a changed password holds, and signs the others out", async () => {
    const other = await open({ isStranger: true });
    await signIn(other);
    const page = await open();
    await page.goto("/profile");
    const fill = async (current: string, next: string, again = next) => {
      await page.getByLabel("Current password").fill(current);
      await page.getByLabel("New password", { exact: true }).fill(next);
      await page.getByLabel("New password again").fill(again);
      await page.getByRole("button", { name: "Change password" }).click();
    };
    await fill(owner.password, "another good password", "another bad password");
    await page.getByText("The two are not the same.").waitFor();
    await fill("not my password", "another good password");
    await page.getByRole("alert").waitFor();
    await fill(owner.password, "another good password");
    await page.getByText("Your other browsers and command lines are signed out.").waitFor();
    await other.goto("/profile");
    await other.getByRole("heading", { name: "Sign in" }).waitFor();
    await signIn(other);
    await other.getByRole("alert").waitFor();
    await signIn(other, "another good password");
    await other.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    expect(refusals(/status of 401/)).toEqual([]);
  });
});

/** A device of Chromium's own, that says yes to everything. */
async function addAuthenticator(context: BrowserContext, page: Page): Promise<void> {
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}
