import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DashboardServer, owner, startDashboardServer } from "./dashboard-server.ts";
import { hasChromium } from "./open-browser.ts";

const HOSTILE = `Grace "><img src=x onerror=alert(1)>`;

describe.skipIf(!hasChromium())("[needs chromium] people of an organization", () => {
  let dashboard: DashboardServer;
  let organizationPath: string;
  /** Browser state of Grace, who joins by the first test's link. */
  let grace: Awaited<ReturnType<ReturnType<Page["context"]>["storageState"]>>;
  beforeAll(async () => {
    dashboard = await startDashboardServer();
    const me = JSON.parse((await dashboard.server.cli(["whoami", "--json"])).stdout) as {
      organizations: { id: string }[];
    };
    organizationPath = `/org/${me.organizations[0]!.id}`;
  });
  afterAll(() => dashboard[Symbol.asyncDispose]());

  /** The row of a list that says this. */
  const row = (page: Page, name: string | RegExp) => page.getByRole("row", { name });

  test("somebody is invited by a link that is shown once, and joins", async () => {
    const page = await dashboard.open();
    await page.goto("/");
    await page.getByRole("link", { name: "Members" }).click();
    await page.getByText("No open invitations").waitFor();
    await page.getByRole("button", { name: "Invite" }).click();
    await page.getByLabel("E-mail").fill(owner.email);
    await page.getByRole("button", { name: "Make the link" }).click();
    await page.getByRole("alert").getByText("is a member already").waitFor();
    await page.getByLabel("E-mail").fill("grace@example.com");
    await page.getByRole("radio", { name: "viewer" }).click();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Make the link" }).click();
    const link = await page.getByRole("dialog").getByLabel("Link", { exact: true }).innerText();
    await page.getByRole("button", { name: "Done" }).click();
    await row(page, /grace@example\.com viewer Ada Lovelace/).waitFor();
    expect(await page.content()).not.toContain(new URL(link).searchParams.get("token"));

    const theirs = await dashboard.open({ storageState: { cookies: [], origins: [] } });
    await theirs.goto(link);
    await theirs.getByLabel("Your name").fill(HOSTILE);
    await theirs.getByLabel("Password").fill(owner.password);
    await theirs.getByRole("button", { name: "Create account and join" }).click();
    await theirs.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    grace = await theirs.context().storageState();
    await page.reload();
    await row(page, HOSTILE).getByText("viewer").waitFor();
    expect(dashboard.takeComplaints()).toEqual([expect.stringContaining("409")]);
  });

  test("an invitation that is revoked opens nothing", async () => {
    const page = await dashboard.open();
    await page.goto(`${organizationPath}/members`);
    await page.getByRole("button", { name: "Invite" }).click();
    await page.getByLabel("E-mail").fill("alan@example.com");
    await page.getByRole("button", { name: "Make the link" }).click();
    const link = await page.getByRole("dialog").getByLabel("Link", { exact: true }).innerText();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Revoke the invitation of alan@example.com" }).click();
    await page.getByRole("button", { name: "Revoke", exact: true }).click();
    await page.getByText("No open invitations").waitFor();
    expect((await fetch(link)).status).toBe(403);
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("who only looks is offered nothing, and told so where they go all the same", async () => {
    const page = await dashboard.open({ storageState: grace });
    await page.goto(`${organizationPath}/members`);
    await row(page, /Ada Lovelace/).waitFor();
    await row(page, /Make and revoke keys/).waitFor();
    for (const name of ["Invite", "Actions for Ada Lovelace"])
      expect(await page.getByRole("button", { name }).count()).toBe(0);
    for (const name of ["Keys", "Audit log"])
      expect(await page.getByRole("link", { name, exact: true }).count()).toBe(0);
    for (const screen of ["keys", "audit"]) {
      await page.goto(`${organizationPath}/${screen}`);
      await page.getByText("This is not open to you").waitFor();
    }
    await page.goto("/org/org_01hqz8y5n8e8t9v7m4b1c2d3e4/members");
    await page.getByRole("alert").waitFor();
    expect(dashboard.takeComplaints().filter((text) => !/40[34]/.test(text))).toEqual([]);
  });

  test("a role is changed, and the last owner stays one", async () => {
    const page = await dashboard.open();
    await page.goto(`${organizationPath}/members`);
    await page.getByRole("button", { name: `Actions for ${HOSTILE}` }).click();
    await page.getByRole("menuitem", { name: "Change role" }).click();
    await page.getByRole("radio", { name: "admin" }).click();
    await page.getByRole("button", { name: "Change role" }).click();
    await row(page, HOSTILE).getByText("admin").waitFor();
    for (const [item, button] of [
      ["Change role", "Change role"],
      ["Remove", "Remove"],
    ] as const) {
      await page.getByRole("button", { name: `Actions for ${owner.name}` }).click();
      await page.getByRole("menuitem", { name: item }).click();
      if (item === "Change role") await page.getByRole("radio", { name: "viewer" }).click();
      await page.getByRole("button", { name: button, exact: true }).click();
      await page.getByRole("alert").getByText("This is the last owner of the organization.").waitFor();
      await page.keyboard.press("Escape");
    }
    await row(page, /ada@example\.com owner/).waitFor();
    expect(dashboard.takeComplaints().filter((text) => !text.includes("409"))).toEqual([]);
  });

  test("a key is shown once, opens what its role says, and ends when it is revoked", async () => {
    const page = await dashboard.open({ storageState: grace });
    await page.goto(`${organizationPath}/keys`);
    // The machine's own, which its set-up made: above what an admin may end.
    await row(page, /the server's set-up/).waitFor();
    expect(await page.getByRole("button", { name: /^Revoke/ }).count()).toBe(0);
    await page.getByRole("button", { name: "New key" }).click();
    // Nobody gives a role above their own.
    expect(await page.getByRole("radio").allInnerTexts()).toHaveLength(3);
    await page.getByRole("textbox", { name: "Name" }).fill("not a name!");
    await page.getByRole("button", { name: "Make the key" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByRole("textbox", { name: "Name" }).fill("ci");
    await page.getByRole("button", { name: "Make the key" }).click();
    const key = await page.getByRole("dialog").getByLabel("Key", { exact: true }).innerText();
    await page.getByRole("button", { name: "Done" }).click();
    await row(page, /^ci developer Grace.* in (89|90) d/).waitFor();
    const use = () =>
      fetch(`${dashboard.server.url}/api/me`, { headers: { authorization: `Bearer ${key}` } });
    expect((await use()).status).toBe(200);
    expect(await page.content()).not.toContain(key);
    await page.getByRole("button", { name: "Revoke the key ci" }).click();
    await page.getByRole("button", { name: "Revoke", exact: true }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await row(page, /^ci developer/).waitFor({ state: "detached" });
    expect((await use()).status).toBe(401);
    expect(dashboard.takeComplaints().filter((text) => !text.includes("400"))).toEqual([]);
  });

  test("the audit log says who did what, when and from where", async () => {
    const page = await dashboard.open();
    await page.goto(`/ns/${dashboard.namespaceId}/settings`);
    for (let index = 0; index < 3; index++) {
      await page.getByLabel("Name", { exact: true }).fill(`renamed-${index}`);
      await page.getByRole("button", { name: "Rename", exact: true }).click();
      await page.getByText(`The namespace is called renamed-${index}.`).waitFor();
    }
    await page.goto(`${organizationPath}/audit`);
    await row(page, /Ada Lovelace Change member role user Grace ">.*127\.0\.0\.1/).waitFor();
    await page.getByRole("link", { name: "namespace renamed-2" }).first().click();
    await page.getByRole("heading", { name: "Namespace settings" }).waitFor();
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("a member who is removed is gone at once", async () => {
    const theirs = await dashboard.open({ storageState: grace });
    await theirs.goto(`${organizationPath}/members`);
    await row(theirs, HOSTILE).waitFor();
    const page = await dashboard.open();
    await page.goto(`${organizationPath}/members`);
    await page.getByRole("button", { name: `Actions for ${HOSTILE}` }).click();
    await page.getByRole("menuitem", { name: "Remove" }).click();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByText(`${HOSTILE} is no member any more.`).waitFor();
    expect(await row(page, HOSTILE).count()).toBe(0);
    await theirs.reload();
    await theirs.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("a server at a bare address says why it has no passkeys", async () => {
    const page = await dashboard.open();
    await page.goto("/profile");
    await page.getByText(/127\.0\.0\.1 is an IP address\. Set FLOWW_PUBLIC_URL to a name/).waitFor();
    expect(await page.getByRole("button", { name: "Add a passkey" }).count()).toBe(0);
    // What the removed member's page was refused may still come in.
    expect(dashboard.takeComplaints().filter((one) => !one.includes("401"))).toEqual([]);
  });
});
