import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { approveDevice } from "./approve-device.ts";
import { type DashboardServer, startDashboardServer } from "./dashboard-server.ts";
import { hasChromium } from "./open-browser.ts";

const FIRST_LOAD_BYTES_MAX = 250 * 1024;

describe.skipIf(!hasChromium())("[needs chromium] the dashboard", () => {
  let dashboard: DashboardServer;
  let page: Page;
  beforeAll(async () => {
    dashboard = await startDashboardServer();
    page = await dashboard.open();
  });
  afterAll(() => dashboard[Symbol.asyncDispose]());

  test("opens on the overview, with at most 250 kB of compressed scripts before its charts", async () => {
    let bytes = 0;
    page.on("response", async (response) => {
      if (!response.url().endsWith(".js")) return;
      const isChart = response.url().includes("/time-chart-");
      if (!isChart) bytes += Number(response.headers()["content-length"] ?? 0);
      expect(response.headers()["content-encoding"] ?? "small").toMatch(/gzip|small/);
    });
    await page.goto("/");
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    await page
      .getByRole("img", { name: /over time, by how/ })
      .locator("canvas")
      .waitFor();
    console.log(`first load with live updates, without charts: ${Math.round(bytes / 1024)} kB of scripts`);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(FIRST_LOAD_BYTES_MAX);
  });

  test("the command palette leads to any screen from the keyboard", async () => {
    await page.goto("/");
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Go to" }).fill("execut");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Executions" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Go to" }).fill("hello");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "hello" }).waitFor();
  });

  test("light or dark is the person's choice, and stays so", async () => {
    await page.goto("/");
    const isDark = () => page.evaluate(() => document.documentElement.classList.contains("dark"));
    await page.getByRole("button", { name: /^Signed in as/ }).click();
    await page.getByRole("menuitem", { name: "Dark" }).click();
    expect(await isDark()).toBe(true);
    await page.reload();
    expect(await isDark()).toBe(true);
  });

  test("a lost connection is said, and heals with what was missed", async () => {
    await page.goto(`/ns/${dashboard.namespaceId}/executions`);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByText("No executions").waitFor();
    await page.context().setOffline(true);
    await page.getByText("Connection lost, trying again").waitFor();
    await fetch(dashboard.helloUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    await page.context().setOffline(false);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByRole("row", { name: /completed/ }).waitFor();
    dashboard.takeComplaints(); // A browser without a network says so.
  });

  test("a command line is signed in by a press on the page that shows its code", {
    timeout: 60_000,
  }, async () => {
    expect(await approveDevice(dashboard.server, page)).toContain("as Ada Lovelace.");
    await page.goto("/profile");
    await page.getByRole("row", { name: /floww on a command line/ }).waitFor();
  });

  test("an address that is none says so, and a phone has a menu", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`/ns/${dashboard.namespaceId}/nowhere`);
    await page.getByRole("heading", { level: 1, name: "Not found" }).waitFor();
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("link", { name: "Workflows" }).click();
    await page.getByRole("heading", { level: 1, name: "Workflows" }).waitFor();
    expect(dashboard.takeComplaints()).toEqual([]);
  });
});
