import type { Role } from "@floww/contract/api";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DashboardServer, START_MS, startDashboardServer } from "./dashboard-server.ts";
import { hasChromium } from "./open-browser.ts";
import { openMember } from "./open-member.ts";

const EVERYBODYS = ["Overview", "Workflows", "Executions", "Deliveries", "Providers", "Settings", "Members"];

interface Case {
  role: Exclude<Role, "owner">;
  /** Screens beside those that are everybody's. */
  screens: string[];
  /** Paths within the namespace, and within the organization, whose screens say that they are not open. */
  refused: { ns?: string[]; org: string[] };
  /** What of a workflow's and the organization's buttons is there. */
  mayPause: boolean;
  mayInvite: boolean;
  mayRename: boolean;
}

const CASES: Case[] = [
  {
    role: "viewer",
    screens: [],
    refused: { ns: ["secrets", "kv"], org: ["keys", "audit"] },
    ...{ mayPause: false, mayInvite: false, mayRename: false },
  },
  {
    role: "developer",
    screens: ["Secrets", "KV"],
    refused: { org: ["keys", "audit"] },
    ...{ mayPause: true, mayInvite: false, mayRename: false },
  },
  {
    role: "admin",
    screens: ["Secrets", "KV", "Keys"],
    refused: { org: ["audit"] },
    ...{ mayPause: true, mayInvite: true, mayRename: true },
  },
];

describe.skipIf(!hasChromium())("[needs chromium] roles", () => {
  let dashboard: DashboardServer;
  let workflowId: string;
  beforeAll(async () => {
    dashboard = await startDashboardServer();
    const { items } = await dashboard.client.listWorkflows({
      params: { namespaceId: dashboard.namespaceId },
    });
    workflowId = items[0]!.id;
  }, START_MS);
  afterAll(() => dashboard[Symbol.asyncDispose]());

  test.each(CASES)(
    "the $role is offered what the role opens, and refused the rest",
    {
      timeout: 120_000,
    },
    async ({ role, screens, refused, ...may }) => {
      const page = await openMember(dashboard, role);
      const links = page.getByRole("navigation", { name: "Screens" }).getByRole("link");
      const names = await links.evaluateAll((all) => all.map(({ textContent }) => textContent));
      expect(names.toSorted()).toEqual([...EVERYBODYS, ...screens].toSorted());

      const ns = `/ns/${dashboard.namespaceId}`;
      const me = (await (await page.request.get("/api/me")).json()) as { organizations: { id: string }[] };
      const org = `/org/${me.organizations[0]!.id}`;
      const closed = [
        ...(refused.ns ?? []).map((screen) => `${ns}/${screen}`),
        ...refused.org.map((screen) => `${org}/${screen}`),
        "/admin",
      ];
      for (const path of closed) {
        await page.goto(path);
        await page.getByText("This is not open to you").waitFor();
      }
      // Whatever a page offers, the server decides.
      expect((await page.request.get(`/api/organizations/${me.organizations[0]!.id}/audit`)).status()).toBe(
        403,
      );

      await page.goto(`${ns}/workflows/${workflowId}`);
      await page.getByRole("heading", { level: 1, name: "hello" }).waitFor();
      expect(await isOffered(page, "Pause")).toBe(may.mayPause);
      expect(await isOffered(page, "Send a test event")).toBe(may.mayPause);
      await page.goto(`${org}/members`);
      await page.getByRole("row", { name: /ada@example\.com/ }).waitFor();
      expect(await isOffered(page, "Invite")).toBe(may.mayInvite);
      // Nobody acts on who stands above them.
      expect(await isOffered(page, "Actions for Ada Lovelace")).toBe(false);
      await page.goto(`${ns}/settings`);
      await page.getByRole("heading", { name: "Namespace settings" }).waitFor();
      expect(await isOffered(page, "Rename")).toBe(may.mayRename);
      expect(dashboard.takeComplaints().filter((text) => !text.includes("403"))).toEqual([]);
    },
  );
});

async function isOffered(page: Page, name: string): Promise<boolean> {
  await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
  return (await page.getByRole("button", { name, exact: true }).count()) > 0;
}
