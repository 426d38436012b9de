import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DashboardServer, startDashboardServer } from "./dashboard-server.ts";
import { hasChromium } from "./open-browser.ts";

describe.skipIf(!(await hasChromium()))("[needs chromium] executions", () => {
  let dashboard: DashboardServer;
  beforeAll(async () => {
    dashboard = await startDashboardServer();
  });
  afterAll(() => dashboard[Symbol.asyncDispose]());

  test("what a webhook caused stands in the list", async () => {
    const page = await dashboard.open();
    await page.goto("/");
    await page.getByText("No executions").waitFor();
    await fetch(dashboard.helloUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"name":"Ada"}',
    });
    await page.reload();
    await page.getByRole("row", { name: /completed/ }).waitFor();
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("a stranger signs in first, and comes back to where they wanted to go", async () => {
    const page = await dashboard.open({ storageState: { cookies: [], origins: [] } });
    const path = `/ns/${dashboard.namespaceId}/executions`;
    await page.goto(path);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.getByLabel("E-mail").fill("ada@example.com");
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Executions" }).waitFor();
    expect(new URL(page.url()).pathname).toBe(path);
  });
});
