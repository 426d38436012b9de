import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type IdentityProvider, startIdentityProvider } from "../../apps/server/testing/identity-provider.ts";
import { startTestServer, type TestServer } from "../e2e/test-server.ts";
import { approveDevice } from "./approve-device.ts";
import { hasChromium, openBrowser } from "./open-browser.ts";

const ada = { subject: "ada", email: "ada@example.com", isEmailVerified: true, name: "Ada <i>Lovelace" };

describe.skipIf(!hasChromium())("[needs chromium] an identity provider signs people in", () => {
  let peer: IdentityProvider;
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    peer = await startIdentityProvider(ada);
    server = await startTestServer({ env: { ...(peer.environment as Record<string, string>) } });
    peer.knowClient(server.url);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  test("the profile says so, signing out leads out of both, and a command line and the admin page know who it is", {
    timeout: 90_000,
  }, async () => {
    const page = await browser.newPage({ baseURL: server.url });
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.goto(server.setupUrl!);
    await page.getByRole("button", { name: `Signed in as ${ada.name}` }).click();
    await page.getByRole("menuitem", { name: "Profile" }).click();
    await page.getByText("Your identity provider signs you in.").waitFor();
    for (const name of ["Change password", "Add a passkey", "Save"])
      expect(await page.getByRole("button", { name }).count()).toBe(0);
    await page
      .getByRole("row", { name: /this one/ })
      .getByRole("button", { name: "Sign out" })
      .click();
    await page.getByRole("heading", { name: "Signed out" }).waitFor();
    expect(await page.getByText(ada.name).count()).toBe(0);
    expect((await page.request.get("/api/me")).status()).toBe(401);
    const elsewhere = await page.getByRole("link", { name: "Sign out of it as well" }).getAttribute("href");
    expect(elsewhere?.startsWith(peer.url)).toBe(true);
    await page.getByRole("link", { name: "Sign in again" }).click();
    await page.getByRole("button", { name: `Signed in as ${ada.name}` }).waitFor();
    expect(complaints).toEqual([]);

    expect(await approveDevice(server, page)).toContain(`as ${ada.name}.`);
    // Who made the first account runs the server, whoever says who they are.
    await page.goto("/admin");
    await page.getByRole("heading", { level: 1, name: "Admin" }).waitFor();
    await page.getByRole("row", { name: /ada@example\.com/ }).waitFor();
  });
});
