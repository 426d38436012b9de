import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../e2e/eventually.ts";
import { type DashboardServer, startDashboardServer } from "./dashboard-server.ts";
import { hasChromium } from "./open-browser.ts";
import { playShowcase, type SceneIds } from "./scenes.ts";
import { createShowcase } from "./showcase.ts";

describe.skipIf(!hasChromium())("[needs chromium] executions", () => {
  let dashboard: DashboardServer;
  let ids: SceneIds;
  let page: Page;
  beforeAll(async () => {
    dashboard = await startDashboardServer();
    await using showcase = await createShowcase();
    ids = await playShowcase(dashboard, showcase.folder);
    page = await dashboard.open();
  });
  afterAll(() => dashboard[Symbol.asyncDispose]());

  const open = (path: string) => page.goto(`/ns/${ids.namespaceId}${path}`);
  const row = (name: string | RegExp) => page.getByRole("row", { name });

  test("a stranger signs in first, and comes back to where they wanted to go", async () => {
    const stranger = await dashboard.open({ storageState: { cookies: [], origins: [] } });
    const path = `/ns/${ids.namespaceId}/executions`;
    await stranger.goto(path);
    await stranger.getByLabel("E-mail").fill("ada@example.com");
    await stranger.getByLabel("Password").fill("correct horse battery");
    await stranger.getByRole("button", { name: "Sign in" }).click();
    await stranger.getByRole("heading", { name: "Executions" }).waitFor();
    expect(new URL(stranger.url()).pathname).toBe(path);
    await stranger.context().close();
  });

  test("what comes in stands in the list without a reload", async () => {
    await open("/executions?status=completed");
    await row(/completed/)
      .first()
      .waitFor();
    const before = await row(/completed/).count();
    await page.getByText("Live", { exact: true }).waitFor();
    await fetch(dashboard.helloUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    await eventually(async () => ((await row(/completed/).count()) > before ? true : undefined));
  });

  test("filters narrow the list, stand in the address, and are cleared at once", async () => {
    await open("/executions");
    await page.getByRole("combobox", { name: "Status" }).click();
    await page.getByRole("option", { name: "failed", exact: true }).click();
    await row(/completed/)
      .first()
      .waitFor({ state: "detached" });
    expect(await row(/failed/).count()).toBe(1);
    expect(new URL(page.url()).search).toContain("status=failed");
    await page.reload();
    await row(/failed/).waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await row(/completed/)
      .first()
      .waitFor();
  });

  test("a search finds what was in an input, and says how far it looked", async () => {
    await open("/executions");
    await page.getByRole("searchbox", { name: /^Search/ }).fill("cups");
    await page.getByText(/^Looked through/).waitFor();
    expect(await page.getByRole("row").count()).toBe(2);
    await page.getByRole("link", { name: /^shop/ }).click();
    await page.getByRole("heading", { level: 1, name: "shop" }).waitFor();
  });

  test("j and k walk through the rows, and Enter opens one", async () => {
    await open("/executions");
    await row(/completed/)
      .first()
      .waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 2, name: "Timeline" }).waitFor();
  });

  test("an execution shows where its time went, its steps, and its log in colours", async () => {
    await open(`/executions/${ids.completedId}`);
    const timeline = page.getByRole("list", { name: "Timeline" });
    await timeline.getByText("price").waitFor();
    for (const part of ["Queue", "Boot", "Run", "Answer"])
      await page.getByText(part, { exact: true }).first().waitFor();
    const log = page.getByRole("list", { name: "Log lines" });
    await log.getByText("green", { exact: true }).waitFor();
    expect(await log.innerText()).not.toContain("\u001b");
    await page.getByRole("combobox", { name: "Level" }).click();
    await page.getByRole("option", { name: "warn and up" }).click();
    await log.getByText("green", { exact: true }).waitFor({ state: "detached" });
    await log.getByText("stock is low").waitFor();
  });

  test("an error stands at its line of the author's source", async () => {
    await open(`/executions/${ids.failedId}`);
    await page.getByText("TypeError: the card was declined", { exact: true }).waitFor();
    const line = page.getByRole("region", { name: "Source" }).locator("[aria-current]");
    expect(await line.innerText()).toContain('throw new TypeError("the card was declined")');
  });

  test("a log grows while its handler speaks, and a cancel ends it", async () => {
    const params = { namespaceId: ids.namespaceId, workflowId: ids.workflowId };
    const { executionId } = await dashboard.client.runManualTrigger({
      params: { ...params, name: "slow" },
      body: {},
    });
    await open(`/executions/${executionId}`);
    const log = page.getByRole("list", { name: "Log lines" });
    await log.getByText("tick 1", { exact: true }).waitFor();
    await log.getByText("tick 4", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Cancel it" }).click();
    await page.getByText("cancelled").first().waitFor();
  });

  test("a replay runs again, also with another input", async () => {
    await open(`/executions/${ids.completedId}`);
    await page.getByRole("button", { name: "Replay", exact: true }).click();
    await page.getByText("Replay of").waitFor();
    await open(`/executions/${ids.completedId}`);
    await page.getByRole("button", { name: "More ways to run it again" }).click();
    await page.getByRole("menuitem", { name: /another input/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Input" }).fill('{"id": "from the page"}');
    await dialog.getByRole("button", { name: "Replay", exact: true }).click();
    await page.getByText("Replay of").waitFor();
    await page.getByText('"from the page"').first().waitFor();
  });

  test("a run that waits for a decision gets it here", async () => {
    await open(`/executions/${ids.waitingId}`);
    await page.getByText("Ship the order?").waitFor();
    await page.getByLabel("Comment").fill("go");
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByText("completed").first().waitFor();
  });

  test("all that fit are replayed or cancelled at once, and what that would be is shown first", async () => {
    await open("/executions?status=failed");
    await page.getByRole("button", { name: "Replay all" }).click();
    await page.getByText(/executions would run again/).waitFor();
    await page.getByRole("button", { name: /^Replay \d/ }).click();
    await page.getByText(/^Replaying 1/).waitFor();
    await open("/executions?status=completed");
    await page.getByRole("button", { name: "Cancel all" }).click();
    await page.getByText(/0 executions would end/).waitFor();
    expect(await page.getByRole("button", { name: "Cancel 0" }).isDisabled()).toBe(true);
  });

  test("nothing of this made a page complain", () => {
    expect(dashboard.takeComplaints()).toEqual([]);
  });
});
