import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BOT_TOKEN, type StrictSlack, startStrictSlack } from "../e2e/strict-slack.ts";
import { createProject, type WorkflowProject } from "../e2e/workflow-project.ts";
import { type DashboardServer, START_MS, startDashboardServer } from "./dashboard-server.ts";
import { hasChromium } from "./open-browser.ts";
import { openMember } from "./open-member.ts";

const HOSTILE = '"><img src=x onerror=alert(1)>';
const SOURCE = `
import { Slack } from "floww";
new Slack().triggers.onMessage({ channelId: "C0123ABCD", handler: (ctx, event) => event.body.event.text });
`;

describe.skipIf(!hasChromium())("[needs chromium] providers", () => {
  let dashboard: DashboardServer;
  let slack: StrictSlack;
  let project: WorkflowProject;
  const opened = new AsyncDisposableStack();
  beforeAll(async () => {
    slack = opened.use(await startStrictSlack());
    project = opened.use(await createProject("chatty", SOURCE));
    dashboard = opened.use(await startDashboardServer({ FLOWW_ALLOW_ADDRESSES: "127.0.0.1" }));
  }, START_MS);
  afterAll(() => opened.disposeAsync());

  const path = () => `/ns/${dashboard.namespaceId}/providers`;
  const openProviders = async () => {
    const page = await dashboard.open();
    await page.goto(path());
    return page;
  };

  test("one is connected by its type's form, once its credential was tried", async () => {
    const page = await openProviders();
    await page.getByText("No providers yet").waitFor();
    await page.getByRole("button", { name: "Connect provider" }).click();
    await page.getByRole("combobox", { name: "Service" }).click();
    await page.getByRole("option", { name: "Slack" }).click();
    await page.getByText("Make an app at https://api.slack.com/apps").waitFor();
    await page.getByLabel("API address").fill(slack.apiUrl);
    await page.getByLabel("Signing secret").fill("8f742231b10e8888abcd99yyyzzz85a5");
    await page.getByLabel("Bot token").fill("xoxb-wrong");
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await page
      .getByRole("alert")
      .getByText(/invalid_auth/)
      .waitFor();
    await page.getByLabel("Bot token").fill(BOT_TOKEN);
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    const card = page.getByRole("region").or(page.locator("section")).filter({ hasText: "Slack" }).first();
    await card.getByText("working").waitFor();
    await card.getByText("helper in Acme").waitFor();
    await card.getByText(/\/webhook\/prv_/).waitFor();
    expect(await page.content()).not.toContain(BOT_TOKEN);
    expect(dashboard.takeComplaints().filter((text) => !text.includes("422"))).toEqual([]);
  });

  test("an edit sends what was changed, and no secret goes with it", async () => {
    const page = await openProviders();
    const edit = async (act: () => Promise<void>) => {
      await page.getByRole("button", { name: "Edit or rotate" }).click();
      await act();
      const [request] = await Promise.all([
        page.waitForRequest((one) => one.method() === "PUT"),
        page.getByRole("button", { name: "Save" }).click(),
      ]);
      await page.getByRole("dialog", { name: "Slack, default" }).waitFor({ state: "detached" });
      return (request.postDataJSON() as { fields: unknown }).fields;
    };
    const hasSecret = (label: string) =>
      page.getByText(label, { exact: true }).locator("..").getByText("set, never shown");
    expect(
      await edit(() => page.getByLabel("Workspace URL").fill(`https://acme.slack.com/${HOSTILE}`)),
    ).toEqual({
      workspace_url: `https://acme.slack.com/${HOSTILE}`,
    });
    await page.getByText(`https://acme.slack.com/${HOSTILE}`).waitFor();
    await hasSecret("Signing secret").waitFor();
    expect(await edit(() => page.getByLabel("Bot token").fill(BOT_TOKEN))).toEqual({ bot_token: BOT_TOKEN });
    await hasSecret("Signing secret").waitFor();
    expect(await edit(() => page.getByLabel("Remove the signing secret").check())).toEqual({
      signing_secret: "",
    });
    await hasSecret("Signing secret").waitFor({ state: "detached" });
    await hasSecret("Bot token").waitFor();
    expect(await page.locator("main img").count()).toBe(0);
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("a check says that the service takes the credential no more, and that it does again", async () => {
    const page = await openProviders();
    slack.token = "xoxb-another";
    await page.getByRole("button", { name: "Check now" }).click();
    await page.getByText("failing", { exact: true }).waitFor();
    await page.getByText(/does not accept the bot token any more/).waitFor();
    slack.token = BOT_TOKEN;
    await page.getByRole("button", { name: "Check now" }).click();
    await page.getByText("working", { exact: true }).waitFor();
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("an alias that is taken is not written over", async () => {
    const page = await openProviders();
    await page.getByRole("button", { name: "Connect provider" }).click();
    await page.getByRole("combobox", { name: "Service" }).click();
    await page.getByRole("option", { name: "Slack" }).click();
    await page.getByText(/There is one with this alias already/).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("a viewer sees how it is, and changes nothing", async () => {
    const page = await openMember(dashboard);
    await page.goto(path());
    await page.getByText("helper in Acme").waitFor();
    for (const name of ["Connect provider", "Check now", "Edit or rotate", "Delete"])
      expect(await page.getByRole("button", { name }).count()).toBe(0);
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("of one that came into use while the page was open it is said who uses it, and then it goes", async () => {
    const page = await openProviders();
    await page.getByText("no live version").waitFor();
    await dashboard.server.cli(["deploy", project.folder, "--yes"]);
    // The open page hears of it.
    await page.getByText("no live version").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText(/Live versions of chatty use it/).waitFor();
    await page.getByRole("button", { name: "Delete it all the same" }).click();
    await page.getByText("No providers yet").waitFor();
    expect(dashboard.takeComplaints().filter((text) => !text.includes("409"))).toEqual([]);
  });
});
