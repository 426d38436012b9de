import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isCentrifugoInstalled } from "../../apps/server/platform/realtime/centrifugo/start-centrifugo.ts";
import { freePort } from "../../apps/server/testing/free-port.ts";
import type { DevBroker } from "../e2e/dev-loop.ts";
import { openCentrifugo } from "../e2e/open-centrifugo.ts";
import { type DashboardServer, START_MS, startDashboardServer } from "./dashboard-server.ts";
import { hasChromium } from "./open-browser.ts";

describe.skipIf(!hasChromium() || !isCentrifugoInstalled)(
  "[needs chromium] [needs centrifugo] live updates through Centrifugo",
  () => {
    let broker: DevBroker;
    let isAway = false;
    let dashboard: DashboardServer;
    let page: Page;
    beforeAll(async () => {
      const port = String(await freePort());
      broker = await openCentrifugo(`http://127.0.0.1:${port}`);
      dashboard = await startDashboardServer({ ...broker.env, FLOWW_PORT: port });
      page = await dashboard.open();
    }, START_MS);
    afterAll(async () => {
      await dashboard[Symbol.asyncDispose]();
      if (!isAway) await broker.close();
    });

    const call = () => fetch(dashboard.helloUrl, { method: "POST", body: "{}" });

    test("a run is on the list without a reload, and a refused request among the deliveries", async () => {
      await page.goto(`/ns/${dashboard.namespaceId}/executions`);
      await page.getByText("Live", { exact: true }).waitFor();
      await page.getByText("No executions").waitFor();
      await call();
      await page.getByRole("row", { name: /completed/ }).waitFor();
      await page.goto(`/ns/${dashboard.namespaceId}/deliveries`);
      await page.getByText("Live", { exact: true }).waitFor();
      await page.getByRole("row", { name: /accepted/ }).waitFor();
      await fetch(`${dashboard.helloUrl}/nowhere`, { method: "POST" });
      await page.getByRole("row", { name: /no route/ }).waitFor();
      expect(dashboard.takeComplaints()).toEqual([]);
    });

    test("what was missed while the connection was lost is there when it is back", async () => {
      await page.goto(`/ns/${dashboard.namespaceId}/executions`);
      await page.getByText("Live", { exact: true }).waitFor();
      const rows = page.getByRole("row", { name: /completed/ });
      await rows.first().waitFor();
      const before = await rows.count();
      await page.context().setOffline(true);
      await page.getByText("Connection lost, trying again").waitFor();
      await call();
      await page.context().setOffline(false);
      await page.getByText("Live", { exact: true }).waitFor();
      await rows.nth(before).waitFor();
    });

    test("a page that is opened while the broker is away says so, and shows what happens all the same", async () => {
      await broker.close();
      isAway = true;
      await page.goto(`/ns/${dashboard.namespaceId}/executions`);
      await page.getByText("Connection lost, trying again").waitFor();
      const rows = page.getByRole("row", { name: /completed/ });
      await rows.first().waitFor();
      const before = await rows.count();
      await call();
      await rows.nth(before).waitFor();
    });
  },
);
