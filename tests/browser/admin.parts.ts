import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../e2e/eventually.ts";
import { type DashboardServer, startDashboardServer } from "./dashboard-server.ts";
import { hasChromium } from "./open-browser.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/hello", import.meta.url));
const HOSTILE = `"><img src=x onerror=alert(1)>`;
const member = { name: `Eve ${HOSTILE}`, email: "eve@example.com", password: "correct horse battery" };
const STRANGER = { cookies: [], origins: [] };

describe.skipIf(!hasChromium())("[needs chromium] the admin page", () => {
  let dashboard: DashboardServer;
  let owner: Page;
  beforeAll(async () => {
    dashboard = await startDashboardServer();
    owner = await dashboard.open();
  });
  afterAll(() => dashboard[Symbol.asyncDispose]());

  /** Another person, who joined by an invitation as a viewer. */
  async function join(): Promise<Page> {
    const me = (await (await owner.request.get("/api/me")).json()) as { organizations: { id: string }[] };
    const path = `/api/organizations/${me.organizations[0]!.id}/invitations`;
    const data = { email: member.email, role: "viewer" };
    const made = await owner.request.post(path, { data, headers: { origin: dashboard.server.url } });
    const page = await dashboard.open({ storageState: STRANGER });
    await page.goto(((await made.json()) as { url: string }).url);
    await page.getByLabel("Name").fill(member.name);
    await page.getByLabel("Password").fill(member.password);
    await page.getByRole("button").click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    return page;
  }

  test("is open to administrators alone, who see everybody and block whom they want", async () => {
    const eve = await join();
    expect(await eve.getByRole("link", { name: "Admin" }).count()).toBe(0);
    await eve.goto("/admin");
    await eve.getByText("This is not open to you").waitFor();
    expect(await eve.getByRole("tab").count()).toBe(0);

    await owner.goto("/");
    await owner.getByRole("link", { name: "Admin" }).click();
    const row = owner.getByRole("row", { name: /eve@example.com/ });
    await row.getByText(member.name).waitFor();
    await row.getByText("(viewer)").waitFor();
    await row.getByRole("button", { name: /Actions/ }).click();
    await owner.getByRole("menuitem", { name: "Block" }).click();
    await owner.getByRole("dialog").getByRole("button", { name: "Block" }).click();
    await row.getByText("blocked").waitFor();
    expect(dashboard.takeComplaints()).toEqual([]);

    await eve.goto("/admin");
    await eve.getByRole("heading", { name: "Sign in" }).waitFor();
    await eve.getByLabel("E-mail").fill(member.email);
    await eve.getByLabel("Password").fill(member.password);
    await eve.getByRole("button", { name: "Sign in" }).click();
    await eve.getByText("has blocked this account").waitFor();
    dashboard.takeComplaints();
  });

  test("shows the server's refusal: the last administrator stays", async () => {
    await owner.goto("/admin/users");
    const row = owner.getByRole("row", { name: /ada@example.com/ });
    await row.getByRole("button", { name: /Actions/ }).click();
    expect(await owner.getByRole("menuitem", { name: "Block" }).count()).toBe(0);
    await owner.getByRole("menuitem", { name: "Take back administrator" }).click();
    await owner.getByRole("button", { name: "Take it back" }).click();
    await owner.getByRole("alert").getByText("the last administrator").waitFor();
    // The browser itself logs the answer's status.
    expect(dashboard.takeComplaints()).toEqual([expect.stringContaining("409")]);
    await owner.keyboard.press("Escape");
    await owner.getByRole("dialog").waitFor({ state: "detached" });
  });

  test("what is turned off there, the command line is told as it is", async () => {
    await owner.goto("/admin/switches");
    await owner.getByRole("button", { name: "Turn off deploys" }).click();
    await owner.getByLabel("Reason").fill(`We move. ${HOSTILE}`);
    await owner.keyboard.press("Enter");
    await owner.getByText(`Reason: We move. ${HOSTILE}`).waitFor();
    const deploy = () => dashboard.server.cli(["deploy", EXAMPLE, "--yes"]);
    const { stderr } = (await deploy().catch((error: unknown) => error)) as { stderr: string };
    expect(stderr).toContain("turned off on this server: We move.");
    await owner.getByRole("button", { name: "Turn on deploys" }).click();
    await owner.getByRole("button", { name: "Turn off deploys" }).waitFor();
    await deploy();
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("a laptop that listens ends and says why", { timeout: 60_000 }, async () => {
    const dev = dashboard.server.spawnCli(["dev", "--yes"], { cwd: EXAMPLE });
    await eventually(async () => /http:\S+\/webhook\/dev_/.exec(dev.output())?.[0], 30_000);
    await owner.goto("/admin/switches");
    await owner.getByRole("button", { name: "Turn off dev sessions" }).click();
    await owner.getByRole("dialog").getByRole("button", { name: "Turn off" }).click();
    await dev.closed;
    expect(dev.output()).toContain("Dev sessions are turned off on this server.");
    await owner.getByRole("button", { name: "Turn on dev sessions" }).click();
    await owner.getByRole("button", { name: "Turn off dev sessions" }).waitFor();
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("shows organizations, namespaces, the server and its log, also at the width of a phone", async () => {
    await owner.setViewportSize({ width: 390, height: 844 });
    await owner.goto("/admin/namespaces");
    await owner.getByRole("row", { name: /default/ }).waitFor();
    await owner.getByRole("tab", { name: "Organizations" }).click();
    await owner.getByLabel("Search by name").fill("nobody has this name");
    await owner.getByText("No organization fits this search").waitFor();
    await owner.getByRole("tab", { name: "Server" }).click();
    await owner.getByRole("row", { name: /alive/ }).waitFor();
    await owner.getByText("all go well").waitFor();
    await owner.getByRole("row", { name: /renew-lease/ }).waitFor();
    const isWide = await owner.evaluate("document.documentElement.scrollWidth > innerWidth");
    expect(isWide).toBe(false);
    await owner.getByRole("tab", { name: "Audit log" }).click();
    await owner.getByRole("row", { name: /adminUpdateUser.*isBlocked true/ }).waitFor();
    expect(dashboard.takeComplaints()).toEqual([]);
  });
});
