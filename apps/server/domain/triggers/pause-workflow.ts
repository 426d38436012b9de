import type { Database } from "../../platform/db/database.ts";
import { workflowNotFound } from "../workflows/get-workflow.ts";
import { notifyWorkflowChanged, setPaused, type Workflow } from "../workflows/store.ts";
import { awaitServers } from "./await-servers.ts";
import type { RouteTable } from "./route-table.ts";

export interface PauseContext {
  database: Database;
  serverId: string;
  routes: RouteTable;
}

/** Pauses or resumes, and waits until every server knows: what is answered after it obeys it. @throws FlowwError NOT_FOUND */
export async function pauseWorkflow(
  context: PauseContext,
  wanted: { namespaceId: string; id: string; isPaused: boolean },
): Promise<{ workflow: Workflow; warnings: string[] }> {
  const { database, routes } = context;
  const changed = await database.transaction(async (transaction) => {
    const workflow = await setPaused(transaction, wanted);
    if (workflow === undefined) throw workflowNotFound(wanted.id);
    return { workflow, generation: await notifyWorkflowChanged(transaction, wanted.id) };
  });
  await routes.reload(wanted.id);
  const { workflow, generation } = changed;
  return { workflow, warnings: await awaitServers(context, { workflowId: workflow.id, generation }) };
}
