import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DashboardServer, START_MS, startDashboardServer } from "./dashboard-server.ts";
import { hasChromium } from "./open-browser.ts";
import { openMember } from "./open-member.ts";

const HOSTILE = '"><img src=x onerror=alert(1)>';

describe.skipIf(!hasChromium())("[needs chromium] deliveries", () => {
  let dashboard: DashboardServer;
  beforeAll(async () => {
    dashboard = await startDashboardServer();
  }, START_MS);
  afterAll(() => dashboard[Symbol.asyncDispose]());

  const path = () => `/ns/${dashboard.namespaceId}/deliveries`;
  const send = (suffix: string, init: RequestInit) =>
    fetch(dashboard.helloUrl + suffix, { method: "POST", ...init });

  test("nothing has come in at first", async () => {
    const page = await dashboard.open();
    await page.goto(path());
    await page.getByText("No deliveries yet").waitFor();
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("a request is shown as it came, with what it caused, and hostile text is text", async () => {
    await send(`?greeting=${encodeURIComponent(HOSTILE)}`, {
      headers: { "content-type": "application/json", "x-hostile": HOSTILE },
      body: JSON.stringify({ name: HOSTILE }),
    });
    const page = await dashboard.open();
    await page.goto(path());
    await page
      .getByRole("row", { name: /accepted POST \/hello hello/ })
      .getByRole("link")
      .click();
    await page.getByRole("heading", { name: "POST /hello" }).waitFor();
    await page.getByText("It was for a trigger, and was taken in.").waitFor();
    await page.getByRole("region", { name: "Headers" }).getByText(HOSTILE).waitFor();
    await page.getByRole("region", { name: "Query" }).getByText(HOSTILE).waitFor();
    const body = page.getByRole("textbox", { name: "Body" });
    await body.getByText(JSON.stringify(HOSTILE)).waitFor();
    expect(await page.locator("main img").count()).toBe(0);
    await page
      .getByRole("row", { name: /completed .* webhook/ })
      .getByRole("link")
      .click();
    await page.waitForURL(/\/executions\/exe_/);
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("a refused one says why, and is found by its verdict; the address keeps the filter", async () => {
    const page = await dashboard.open();
    await page.goto(path());
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByRole("row", { name: /accepted/ }).waitFor();
    // Comes in while the list is looked at, though it causes no execution.
    await send("/nothing", { method: "PUT", body: "plain words" });
    await page.getByRole("row", { name: /no route PUT/ }).waitFor();
    await page.getByRole("combobox", { name: "Verdict" }).click();
    await page.getByRole("option", { name: "no route" }).click();
    await page.waitForURL(/verdict=no_route/);
    await page.getByRole("row", { name: /accepted/ }).waitFor({ state: "detached" });
    await page.reload();
    await page
      .getByRole("row", { name: /no route PUT/ })
      .getByRole("link")
      .click();
    await page.getByText("Nothing listens at this method and path.").waitFor();
    await page.getByText("Nothing ran because of it").waitFor();
    await page.getByRole("combobox", { name: "Show body as" }).click();
    await page.getByRole("option", { name: "Hex" }).click();
    await page.getByText("70 6c 61 69 6e 20 77 6f 72 64 73").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download body" }).click(),
    ]);
    expect(await readFile(await download.path(), "utf8")).toBe("plain words");
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("filters that nothing fits say so, and are cleared", async () => {
    const page = await dashboard.open();
    await page.goto(`${path()}?verdict=too_large&within=hour&workflowId=%22%3E`);
    await page.getByText("No delivery fits").waitFor();
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.getByRole("row", { name: /accepted/ }).waitFor();
    expect(new URL(page.url()).search).toBe("");
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("a replay is asked for once more, and stands below its delivery; what nothing listens for is refused", async () => {
    const page = await dashboard.open();
    await page.goto(path());
    await page
      .getByRole("row", { name: /accepted/ })
      .getByRole("link")
      .click();
    await page.getByRole("button", { name: "Replay" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Replay" }).click();
    await page.getByRole("row", { name: /completed .* replay/ }).waitFor();
    await page.goto(`${path()}?verdict=no_route`);
    await page
      .getByRole("row", { name: /no route/ })
      .getByRole("link")
      .click();
    await page.getByRole("button", { name: "Replay" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Replay" }).click();
    await page
      .getByRole("alert")
      .getByText(/No trigger of an active version is for PUT/)
      .waitFor();
    expect(dashboard.takeComplaints().filter((text) => !text.includes("409"))).toEqual([]);
  });

  test("a long body is cut until all of it is wanted", async () => {
    const last = "the very last line";
    await send("", { body: `${"a line\n".repeat(5_000)}${last}` });
    const page = await dashboard.open();
    await page.goto(path());
    await page
      .getByRole("row", { name: /accepted/ })
      .first()
      .getByRole("link")
      .click();
    await page.getByText("The first 20 kB of 34 kB.").waitFor();
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByText("The first 20 kB of 34 kB.").waitFor({ state: "detached" });
    const body = page.getByRole("textbox", { name: "Body" });
    await body.focus();
    await page.locator(".cm-scroller").evaluate((one) => one.scrollTo(0, one.scrollHeight));
    await body.getByText(last).waitFor();
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("a viewer reads it all and replays nothing", async () => {
    const page = await openMember(dashboard);
    await page.goto(path());
    await page
      .getByRole("row", { name: /no route/ })
      .getByRole("link")
      .click();
    await page.getByText("Nothing listens at this method and path.").waitFor();
    expect(await page.getByRole("button", { name: "Replay" }).count()).toBe(0);
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("a delivery that is not there says so", async () => {
    const page = await dashboard.open();
    await page.goto(`${path()}/dlv_01m8cevbc9erqva8t94e97xpm3`);
    await page
      .getByRole("alert")
      .getByText(/There is no delivery/)
      .waitFor();
    dashboard.takeComplaints();
  });
});
