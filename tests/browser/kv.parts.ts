import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DashboardServer, START_MS, startDashboardServer } from "./dashboard-server.ts";
import { hasChromium } from "./open-browser.ts";
import { openMember } from "./open-member.ts";

const HOSTILE = '"><img src=x onerror=alert(1)>';

describe.skipIf(!hasChromium())("[needs chromium] KV and secrets", () => {
  let dashboard: DashboardServer;
  beforeAll(async () => {
    dashboard = await startDashboardServer();
  }, START_MS);
  afterAll(() => dashboard[Symbol.asyncDispose]());

  const to = (screen: string) => `/ns/${dashboard.namespaceId}/${screen}`;
  const call = async (method: "put" | "get", path: string, data?: unknown) => {
    const answer = await dashboard.request[method](`/api/namespaces/${dashboard.namespaceId}/${path}`, {
      ...(data === undefined ? {} : { data }),
      headers: { origin: dashboard.server.url },
    });
    return (await answer.json()) as unknown;
  };
  const setItem = (key: string, value: unknown) =>
    call("put", "kv/item", { store: "main", table: "orders", key, value });

  test("an item is set with a time to go, shown, changed and deleted", async () => {
    const page = await dashboard.open();
    await page.goto(to("kv"));
    await page.getByText("No tables yet").waitFor();
    await page.getByRole("button", { name: "Set item" }).click();
    await page.getByLabel("Table").fill("customers");
    await page.getByLabel("Key").fill("ada");
    const value = page.locator("[contenteditable=true][aria-label=Value]");
    await value.fill('{"name": ');
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page
      .getByRole("alert")
      .getByText(/This is not JSON/)
      .waitFor();
    await value.fill('{"name": "Ada"}');
    await page.getByRole("combobox", { name: "Expires" }).click();
    await page.getByRole("option", { name: "After…" }).click();
    await page.getByLabel("Time").fill("2");
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page
      .getByRole("row", { name: /ada \{"name": "Ada"\} .* in [12] h/ })
      .getByRole("link")
      .click();
    await page.getByRole("dialog").getByText('"Ada"').waitFor();
    await page.getByRole("button", { name: "Edit" }).click();
    await value.fill('"changed"');
    await page.getByRole("combobox", { name: "Expires" }).getByText("As it is now").waitFor();
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page.getByRole("dialog").getByText('"changed"').waitFor();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog", { name: "Delete ada?" }).getByRole("button", { name: "Delete" }).click();
    await page.getByText("No items").waitFor();
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("what was set meanwhile is not written over by who edits what was there before", async () => {
    const setShared = (value: string) =>
      call("put", "kv/item", { store: "main", table: "drafts", key: "shared", value });
    await setShared("first");
    const page = await dashboard.open();
    await page.goto(to("kv"));
    await page.getByRole("link", { name: "drafts" }).click();
    await page.getByRole("link", { name: "shared" }).click();
    await page.getByRole("button", { name: "Edit" }).click();
    await setShared("second");
    await page.locator("[contenteditable=true][aria-label=Value]").fill('"third"');
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page.getByRole("alert").getByText("is not what it was: read it again").waitFor();
    expect(await call("get", "kv/item?store=main&table=drafts&key=shared")).toMatchObject({
      value: "second",
    });
    expect(dashboard.takeComplaints().filter((text) => !text.includes("409"))).toEqual([]);
  });

  test("what JSON has not is readable, keys are found by how they begin, in pages", async () => {
    const keys = Array.from({ length: 52 }, (_, index) => `order/${String(index).padStart(2, "0")}`);
    await Promise.all(keys.map((key) => setItem(key, 1)));
    await setItem(`${HOSTILE}`, { at: { $floww: ["Date", "2026-02-03T04:05:06.789Z"] }, is: HOSTILE });
    const page = await dashboard.open();
    await page.goto(to("kv"));
    await page.getByRole("link", { name: "orders" }).click();
    await page.getByRole("row", { name: HOSTILE }).getByText('Date("2026-02-03T04:05:06.789Z")').waitFor();
    expect(await page.getByRole("link", { name: /^order\// }).count()).toBe(49);
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByRole("link", { name: "order/51" }).waitFor();
    await page.getByLabel("Keys that begin with").fill("order/1");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "order/51" }).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "order/19" }).waitFor();
    expect(await page.getByRole("link", { name: /^order\// }).count()).toBe(10);
    await page.getByLabel("Keys that begin with").fill('">');
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: HOSTILE }).click();
    await page.getByRole("dialog", { name: HOSTILE }).getByText("2026-02-03T04:05:06.789Z").waitFor();
    expect(await page.locator("img").count()).toBe(0);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("a secret is set and replaced, and its value comes back nowhere", async () => {
    const page = await dashboard.open();
    await page.goto(to("secrets"));
    await page.getByText("No secrets yet").waitFor();
    await page.getByRole("button", { name: "Set secret" }).click();
    await page.getByLabel("Name", { exact: true }).fill("stripe");
    await page.getByRole("textbox", { name: "Field 1" }).fill("apiKey");
    await page.getByRole("textbox", { name: "Value 1" }).fill("sk_live_first\nof two lines");
    await page.getByRole("button", { name: "Add field" }).click();
    await page.getByRole("textbox", { name: "Field 2" }).fill(HOSTILE);
    await page.getByRole("textbox", { name: "Value 2" }).fill("y");
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page
      .getByRole("row", { name: /stripe default apiKey .* 1 / })
      .getByText(HOSTILE)
      .waitFor();
    await page.getByRole("button", { name: "Replace stripe" }).click();
    expect(await page.getByRole("textbox", { name: "Value 1" }).inputValue()).toBe("");
    await page.getByText(/those that you leave out are gone/).waitFor();
    await page.getByRole("textbox", { name: "Value 1" }).fill("sk_live_second");
    await page.getByRole("button", { name: "Remove field 2" }).click();
    await page.getByRole("button", { name: "Replace", exact: true }).click();
    await page.getByRole("row", { name: /stripe default apiKey 2 / }).waitFor();
    expect(await page.content()).not.toContain("sk_live");
    expect(await call("get", "secrets")).toMatchObject({ items: [{ name: "stripe", fields: ["apiKey"] }] });
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("a value that is more than texts is entered as JSON; what is set is not set again by mistake", async () => {
    const page = await dashboard.open();
    await page.goto(to("secrets"));
    await page.getByRole("button", { name: "Set secret" }).click();
    await page.getByLabel("Name", { exact: true }).fill("stripe");
    await page.getByText("It is set already: replace it instead.").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("hosts");
    await page.getByRole("button", { name: "Enter JSON instead" }).click();
    const value = page.locator("[contenteditable=true]");
    await value.fill("[1]");
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page.getByText(/It must be an object/).waitFor();
    await value.fill('{"list": ["a", "b"]}');
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page.getByRole("row", { name: /hosts default list/ }).waitFor();
    await page.getByRole("button", { name: "Delete hosts" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("row", { name: /hosts/ }).waitFor({ state: "detached" });
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("neither is open to a viewer, nor offered", async () => {
    const page = await openMember(dashboard);
    expect(await page.getByRole("link", { name: /^(Secrets|KV)$/ }).count()).toBe(0);
    for (const screen of ["secrets", "kv"]) {
      await page.goto(to(screen));
      await page.getByText("This is not open to you").waitFor();
      expect(await page.getByRole("button", { name: /^Set/ }).count()).toBe(0);
    }
    expect(dashboard.takeComplaints().filter((text) => !text.includes("403"))).toEqual([]);
  });
});
