import type { Page } from "playwright-core";
import type { DashboardServer } from "./dashboard-server.ts";

/** What the showcase's screens are found by. */
export interface SceneIds {
  namespaceId: string;
  organizationId: string;
  workflowId: string;
  completedId: string;
  failedId: string;
  waitingId: string;
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
  scene("overview", ns(""), "Overview"),
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
  scene("not-found", ns("/nowhere"), "Not found"),
];

/** Brings something onto every screen. */
export async function playShowcase({ server }: DashboardServer, folder: string): Promise<SceneIds> {
  const json = async (args: string[]) =>
    JSON.parse((await server.cli([...args, "--json"], { cwd: folder })).stdout);
  const deployed = (await json(["deploy", "--yes"])) as {
    workflowId: string;
    triggers: { handlerId: string; url?: string }[];
  };
  const urlOf = (path: string) => deployed.triggers.find(({ url }) => url?.endsWith(path) === true)!.url!;
  const post = (path: string, body: unknown) =>
    fetch(urlOf(path), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  await post("/orders", { id: 17, items: ["tea", "cups"] });
  await post("/fails", { id: 18 });
  await server.cli(["trigger", "waits", "--yes"], { cwd: folder });
  const me = (await json(["whoami"])) as { namespaces: { id: string; organizationId: string }[] };
  const { items } = (await json(["executions", "list"])) as { items: { id: string; status: string }[] };
  const idOf = (status: string) => items.find((one) => one.status === status)!.id;
  return {
    namespaceId: me.namespaces[0]!.id,
    organizationId: me.namespaces[0]!.organizationId,
    workflowId: deployed.workflowId,
    completedId: idOf("completed"),
    failedId: idOf("failed"),
    waitingId: idOf("waiting"),
  };
}
