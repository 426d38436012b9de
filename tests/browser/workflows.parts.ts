import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WorkflowProject } from "../e2e/workflow-project.ts";
import { type DashboardServer, startDashboardServer } from "./dashboard-server.ts";
import { hasChromium } from "./open-browser.ts";
import { playShowcase, type SceneIds } from "./scenes.ts";
import { createShowcase, showcaseSource } from "./showcase.ts";

describe.skipIf(!hasChromium())("[needs chromium] workflows", () => {
  let dashboard: DashboardServer;
  let showcase: WorkflowProject;
  let ids: SceneIds;
  let page: Page;
  beforeAll(async () => {
    dashboard = await startDashboardServer();
    showcase = await createShowcase();
    ids = await playShowcase(dashboard, showcase.folder);
    page = await dashboard.open();
  });
  afterAll(async () => {
    await showcase[Symbol.asyncDispose]();
    await dashboard[Symbol.asyncDispose]();
  });

  const startTestEvent = (on: Page, path: string) =>
    on
      .getByRole("listitem")
      .filter({ hasText: path })
      .getByRole("button", { name: "Send a test event" })
      .click();
  const open = (search = "") => page.goto(`/ns/${ids.namespaceId}/workflows/${ids.workflowId}${search}`);

  test("one is made, found, renamed and deleted", async () => {
    await page.goto(`/ns/${ids.namespaceId}/workflows`);
    await page.getByRole("button", { name: "New workflow" }).click();
    await page.getByLabel("Name", { exact: true }).fill("shop");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("invoices");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { level: 1, name: "invoices" }).waitFor();
    await page.getByText("not deployed").waitFor();
    await page.getByRole("button", { name: "More about this workflow" }).click();
    await page.getByRole("menuitem", { name: /Rename/ }).click();
    await page.getByLabel("Name", { exact: true }).fill("bills");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { level: 1, name: "bills" }).waitFor();
    await page.goto(`/ns/${ids.namespaceId}/workflows`);
    await page.getByRole("searchbox", { name: "Search workflows" }).fill("bill");
    await page.getByRole("link", { name: "shop" }).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "bills" }).click();
    await page.getByRole("button", { name: "More about this workflow" }).click();
    await page.getByRole("menuitem", { name: /Delete/ }).click();
    await page.getByRole("button", { name: "Delete it" }).click();
    await page.getByRole("heading", { level: 1, name: "Workflows" }).waitFor();
    await page.getByRole("link", { name: "bills" }).waitFor({ state: "detached" });
  });

  test("a test event gets the caller's answer, and leads to its execution", async () => {
    await open();
    await startTestEvent(page, "/orders");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Body" }).fill('{"from": "the page"}');
    await dialog.getByRole("button", { name: "Send" }).click();
    await dialog.getByText("HTTP 200").waitFor();
    await dialog.getByText('"the page"').last().waitFor();
    await dialog.getByRole("link", { name: "Look at its execution" }).click();
    await page.getByRole("heading", { level: 2, name: "Timeline" }).waitFor();
  });

  test("what somebody has selected in the plain field is what they write over when the editor has come", async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const isEditor = /\/code-mirror-[^/]*\.js$/;
    const fresh = await dashboard.open({});
    await fresh.route(isEditor, async (route) => {
      await held;
      await route.continue();
    });
    await fresh.goto(`/ns/${ids.namespaceId}/workflows/${ids.workflowId}`);
    await startTestEvent(fresh, "/orders");
    const body = fresh.getByRole("dialog").getByRole("textbox", { name: "Body" });
    await body.selectText();
    letGo();
    await fresh.locator("[contenteditable=true][aria-label=Body]").waitFor();
    await fresh.keyboard.insertText('{"written": "over"}');
    expect(await body.innerText()).toBe('{"written": "over"}');
    await fresh.context().close();
  });

  test("a test event fills in what the path leaves open", async () => {
    await open();
    await startTestEvent(page, "/stock/:item");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "item" }).fill("tea & cups/saucers");
    await page.keyboard.press("Enter");
    await dialog.getByText("HTTP 200").waitFor();
    await dialog.getByText('"tea & cups/saucers"').waitFor();
  });

  test("a manual trigger is run through a form made of its schema", async () => {
    await open();
    await page
      .getByRole("listitem")
      .filter({ hasText: "greet" })
      .getByRole("button", { name: "Run" })
      .click();
    await page.getByText("Who is greeted").waitFor();
    await page.getByLabel("name", { exact: true }).fill("Grace");
    await page.getByRole("dialog").getByRole("button", { name: "Run" }).click();
    await page.getByRole("heading", { level: 2, name: "Timeline" }).waitFor();
    await page.getByText('"Hello, Grace"').waitFor();
  });

  test("a schedule says when it runs next, in the reader's time zone", async () => {
    const tokyo = await dashboard.open({ timezoneId: "Asia/Tokyo", locale: "en-GB" });
    await tokyo.goto(`/ns/${ids.namespaceId}/workflows/${ids.workflowId}`);
    // Six in the morning in Berlin.
    await tokyo
      .getByText(/1[34]:00:00/)
      .first()
      .waitFor();
    expect(await tokyo.getByRole("listitem").filter({ hasText: "0 6 * * 1-5" }).locator("time").count()).toBe(
      5,
    );
    await tokyo.context().close();
  });

  test("a pause keeps its events, and a resume lets them run", async () => {
    await open();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Pause it" }).click();
    await page.getByText("paused", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("live", { exact: true }).waitFor();
  });

  test("versions show what they changed, and an earlier one is made live again", async () => {
    await showcase.write(
      showcaseSource.replace("total, echo", "total, thanks: true, echo").replace('"/fails"', '"/breaks"'),
    );
    await dashboard.server.cli(["deploy", "--yes"], { cwd: showcase.folder });
    await open("?tab=versions");
    await page.getByRole("button", { name: "What version 2 changed" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("builtin.onWebhook:POST /breaks").waitFor();
    await dialog.getByText("thanks: true").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Make version 1 live" }).click();
    await page.getByRole("button", { name: "Make it live" }).click();
    await page.getByText("Version 1 is live").waitFor();
    await page.getByRole("row", { name: /v1 live/ }).waitFor();
  });

  test("a variable is set and deleted, and its value never comes back", async () => {
    await open("?tab=settings");
    await page.getByRole("button", { name: "Set a variable" }).click();
    await page.getByLabel("Name", { exact: true }).fill("API_HOST");
    await page.getByLabel("Value").fill("canary-value");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("row", { name: /API_HOST/ }).waitFor();
    expect(await page.content()).not.toContain("canary-value");
    await page.getByRole("button", { name: "Delete API_HOST" }).click();
    await page.getByRole("button", { name: "Delete it" }).click();
    await page.getByText("No variables").waitFor();
  });

  test("nothing of this made a page complain but the name that was taken, and what was asked once more when it was deleted", () => {
    expect(dashboard.takeComplaints().filter((one) => !/40[49]/.test(one))).toEqual([]);
  });
});
