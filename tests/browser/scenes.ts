import type { Page } from "playwright-core";
import { eventually } from "../e2e/eventually.ts";
import type { DashboardServer } from "./dashboard-server.ts";

/** What the showcase's screens are found by. */
export interface SceneIds {
  namespaceId: string;
  organizationId: string;
  workflowId: string;
  completedId: string;
  failedId: string;
  waitingId: string;
  deliveryId: string;
}

/** One screen, and how to know that it is there. */
export interface Scene {
  name: string;
  path(ids: SceneIds): string;
  /** What stands on it when it has loaded. */
  shows(page: Page): Promise<void>;
}

function scene(name: string, path: Scene["path"], heading: string | RegExp): Scene {
  return {
    name,
    path,
    shows: async (page) => {
      await page.getByRole("heading", { level: 1, name: heading }).waitFor();
      await page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
    },
  };
}

const ns = (rest: string) => (ids: SceneIds) => `/ns/${ids.namespaceId}${rest}`;

/** Every screen that an owner sees: each is photographed, and each is looked at by axe. */
export const scenes: readonly Scene[] = [
  {
    ...scene("overview", ns(""), "Overview"),
    shows: async (page) => {
      for (const name of [/over time, by how/, /^Durations over time/])
        await page.getByRole("img", { name }).locator("canvas").waitFor();
      // A chart draws when the browser next does.
      await page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
      );
    },
  },
  scene("workflows", ns("/workflows"), "Workflows"),
  scene("workflow", ({ namespaceId, workflowId }) => `/ns/${namespaceId}/workflows/${workflowId}`, "shop"),
  scene(
    "workflow-executions",
    ({ namespaceId, workflowId }) => `/ns/${namespaceId}/workflows/${workflowId}?tab=executions`,
    "shop",
  ),
  scene(
    "workflow-versions",
    ({ namespaceId, workflowId }) => `/ns/${namespaceId}/workflows/${workflowId}?tab=versions`,
    "shop",
  ),
  scene(
    "workflow-settings",
    ({ namespaceId, workflowId }) => `/ns/${namespaceId}/workflows/${workflowId}?tab=settings`,
    "shop",
  ),
  scene("executions", ns("/executions"), "Executions"),
  scene("execution", (ids) => `/ns/${ids.namespaceId}/executions/${ids.completedId}`, "shop"),
  scene("execution-failed", (ids) => `/ns/${ids.namespaceId}/executions/${ids.failedId}`, "shop"),
  scene("execution-waiting", (ids) => `/ns/${ids.namespaceId}/executions/${ids.waitingId}`, "shop"),
  scene("deliveries", ns("/deliveries"), "Deliveries"),
  scene("delivery", (ids) => `/ns/${ids.namespaceId}/deliveries/${ids.deliveryId}`, /./),
  scene("providers", ns("/providers"), "Providers"),
  scene("secrets", ns("/secrets"), "Secrets"),
  scene("kv", ns("/kv"), "KV"),
  scene("namespace-settings", ns("/settings"), /./),
  scene("members", ({ organizationId }) => `/org/${organizationId}/members`, "Members"),
  scene("keys", ({ organizationId }) => `/org/${organizationId}/keys`, /keys/i),
  scene("audit", ({ organizationId }) => `/org/${organizationId}/audit`, "Audit log"),
  scene("profile", () => "/profile", "Profile"),
  ...["users", "organizations", "namespaces", "server", "switches", "audit"].map((section) =>
    scene(`admin-${section}`, () => `/admin/${section}`, "Admin"),
  ),
  scene("not-found", ns("/nowhere"), "Not found"),
];

/** Brings something onto every screen. */
export async function playShowcase(
  { server, client, namespaceId }: DashboardServer,
  folder: string,
): Promise<SceneIds> {
  const { stdout } = await server.cli(["deploy", "--yes", "--json"], { cwd: folder });
  const deployed = JSON.parse(stdout) as { workflowId: string; triggers: { url?: string }[] };
  const post = async (path: string, body: unknown) => {
    const { url = "" } = deployed.triggers.find((trigger) => trigger.url?.endsWith(path) === true) ?? {};
    const headers = { "content-type": "application/json" };
    await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  };
  await post("/orders", { id: 17, items: ["tea", "cups"] });
  await post("/fails", { id: 18 });
  const params = { namespaceId, workflowId: deployed.workflowId };
  const waiting = await client.runManualTrigger({ params: { ...params, name: "waits" }, body: {} });
  await eventually(async () => {
    const { status } = await client.getExecution({ params: { ...params, ...waiting } });
    return status === "waiting" ? status : undefined;
  });
  const me = await client.whoAmI({});
  const { items } = await client.listExecutions({ params });
  const deliveries = await client.listDeliveries({ params });
  await client.setKvItem({ params, body: { table: "carts", key: "ada", value: { items: ["tea"] } } });
  await client.setSecret({ params, body: { name: "payments", value: { key: "sk_test" } } });
  const idOf = (status: string) => items.find((one) => one.status === status)!.id;
  return {
    ...params,
    organizationId: me.organizations[0]!.id,
    completedId: idOf("completed"),
    failedId: idOf("failed"),
    waitingId: waiting.executionId,
    deliveryId: deliveries.items[0]!.id,
  };
}
