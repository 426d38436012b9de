import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IdentityPeer } from "../../apps/server/domain/identity/conformance.ts";
import { startIdentityProvider } from "../../apps/server/testing/identity-provider.ts";
import { aMembershipOf, aUser, WorkosPeer } from "../../apps/server/testing/workos-peer.ts";
import { startTestServer, type TestServer } from "../e2e/test-server.ts";
import { approveDevice } from "./approve-device.ts";
import { hasChromium, openBrowser } from "./open-browser.ts";

const ada = { subject: "ada", email: "ada@example.com", isEmailVerified: true, name: "Ada <i>Lovelace" };

const eve = { subject: "eve", email: "eve@example.com", isEmailVerified: true, name: "Eve" };

const PEERS: [name: string, start: () => Promise<IdentityPeer>][] = [
  ["OpenID Connect", () => startIdentityProvider(ada)],
  ["WorkOS", async () => Object.assign(await WorkosPeer.start(), { person: ada })],
];

describe.skipIf(!hasChromium()).each(PEERS)("[needs chromium] %s signs people in", (_, startPeer) => {
  let peer: IdentityPeer;
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    peer = await startPeer();
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

  test("who joins by an invitation sees what their role opens, and nothing once they are removed", {
    timeout: 90_000,
  }, async () => {
    await using contexts = new AsyncDisposableStack();
    const openWindow = async () => {
      const context = contexts.adopt(await browser.newContext({ baseURL: server.url }), (one) => one.close());
      return context.newPage();
    };
    peer.person = ada;
    const owner = await openWindow();
    await owner.goto("/login");
    await owner.getByRole("link", { name: "Members" }).click();
    await owner.getByRole("button", { name: "Invite" }).click();
    await owner.getByLabel("E-mail").fill(eve.email);
    await owner.getByRole("radio", { name: "viewer" }).click();
    await owner.getByRole("button", { name: "Make the link" }).click();
    const link = await owner.getByRole("dialog").getByLabel("Link", { exact: true }).innerText();
    await owner.getByRole("button", { name: "Done" }).click();

    peer.person = eve;
    const theirs = await openWindow();
    await theirs.goto(link);
    await theirs.getByRole("button", { name: `Signed in as ${eve.name}` }).waitFor();
    expect(await theirs.getByRole("link", { name: "Admin" }).count()).toBe(0);
    await theirs.goto("/admin");
    await theirs.getByText("This is not open to you").waitFor();

    expect(await owner.getByRole("button", { name: "Set up sign-in" }).count()).toBe(0);
    await owner.reload();
    await owner.getByRole("button", { name: `Actions for ${eve.name}` }).click();
    await owner.getByRole("menuitem", { name: "Remove" }).click();
    await owner.getByRole("button", { name: "Remove", exact: true }).click();
    await owner.getByText(`${eve.name} is no member any more.`).waitFor();
    // Their provider still knows them, so they are somebody here, of no organization.
    await theirs.goto("/");
    await theirs.getByText("No namespace is open to you yet").waitFor();
  });

  test("an owner finds the provider's own page on the members' screen, where it has one", async () => {
    if (!(peer instanceof WorkosPeer)) return;
    const lin = aUser("lin");
    peer.user = lin;
    peer.memberships.push(aMembershipOf(lin, "org_acme", "owner"));
    const page = await browser.newPage({ baseURL: server.url });
    await page.goto("/login");
    await page.getByRole("button", { name: /^Signed in as/ }).waitFor();
    const me = (await (await page.request.get("/api/me")).json()) as { organizations: { id: string }[] };
    await page.goto(`/org/${me.organizations[0]!.id}/members`);
    let left = "";
    await page.route("https://setup.workos.com/**", (route) => {
      left = route.request().url();
      return route.fulfill({ body: "the provider's page" });
    });
    await page.getByRole("button", { name: "Set up sign-in" }).click();
    await page.getByRole("menuitem", { name: "Single sign-on" }).click();
    await page.getByText("the provider's page").waitFor();
    expect(left).toContain("/sso/org_acme?return=");
  });
});
