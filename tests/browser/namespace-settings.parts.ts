import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DashboardServer, startDashboardServer } from "./dashboard-server.ts";
import { hasChromium } from "./open-browser.ts";
import { openMember } from "./open-member.ts";

describe.skipIf(!hasChromium())("[needs chromium] a namespace's settings", () => {
  let dashboard: DashboardServer;
  beforeAll(async () => {
    dashboard = await startDashboardServer();
  });
  afterAll(() => dashboard[Symbol.asyncDispose]());

  test("retention is set, and what is used stands beside it", async () => {
    const page = await dashboard.open();
    await page.goto(`/ns/${dashboard.namespaceId}/settings`);
    await page.getByText("0 B used").waitFor();
    await page.getByLabel("Keep for (days)").fill("7");
    await page.getByLabel("Keep at most (GB)").fill("2.5");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("What is past it goes within minutes.").waitFor();
    await page.reload();
    await page.getByText("of 2.5 GB").waitFor();
    expect(await page.getByLabel("Keep for (days)").inputValue()).toBe("7");
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("the runtime says in plain words what keeps code in", async () => {
    const page = await dashboard.open();
    await page.goto(`/ns/${dashboard.namespaceId}/settings`);
    const process = page.getByRole("radio", { name: "Processes on this server" });
    await process.waitFor();
    expect(await process.isChecked()).toBe(true);
    await page.getByText(/sandbox of its own|a seat belt, no wall/).waitFor();
    expect(dashboard.takeComplaints()).toEqual([]);
  });

  test("another namespace is made, named and deleted; one with workflows stays", async () => {
    const page = await dashboard.open();
    await page.goto(`/ns/${dashboard.namespaceId}/settings`);
    await page.getByRole("button", { name: "New namespace" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("default");
    await dialog.getByRole("button", { name: "Create" }).click();
    await dialog.getByRole("alert").getByText('A namespace named "default" exists').waitFor();
    await dialog.getByLabel("Name").fill("staging");
    await dialog.getByLabel("Name").press("Enter");
    await page.getByRole("button", { name: /staging\W+choose another namespace$/ }).waitFor();
    await page.getByLabel("Name", { exact: true }).fill("production");
    await page.getByRole("button", { name: "Rename" }).click();
    await page.getByRole("button", { name: /production\W+choose another namespace$/ }).waitFor();
    await page.getByRole("button", { name: "Delete the namespace" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("button", { name: /default\W+choose another namespace$/ }).waitFor();
    // The screen asks once more for what is gone, before it is left.
    expect(dashboard.takeComplaints().filter((text) => !/40[49]/.test(text))).toEqual([]);

    await page.goto(`/ns/${dashboard.namespaceId}/settings`);
    await page.getByRole("button", { name: "Delete the namespace" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("alert").getByText('The namespace "default" is not empty.').waitFor();
    expect(dashboard.takeComplaints().filter((text) => !text.includes("409"))).toEqual([]);
  });

  test("a viewer sees the settings and can change none", async () => {
    const theirs = await openMember(dashboard);
    await theirs.getByRole("link", { name: "Settings" }).click();
    await theirs.getByText(/^Kept for 7 days, up to 2\.5 GB/).waitFor();
    for (const name of ["Rename", "Save", "New namespace", "Delete the namespace"])
      expect(await theirs.getByRole("button", { name }).count()).toBe(0);
    expect(await theirs.getByRole("radio").isDisabled()).toBe(true);
    expect(dashboard.takeComplaints()).toEqual([]);
  });
});
