import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import type { Queryable } from "../../platform/db/database.ts";
import { findWorkflow, type Workflow } from "./store.ts";

/** @throws FlowwError NOT_FOUND, also for another namespace's */
export async function getWorkflow(database: Queryable, namespaceId: string, id: string): Promise<Workflow> {
  const workflow = await findWorkflow(database, namespaceId, id);
  if (workflow === undefined) throw workflowNotFound(id);
  return workflow;
}

export function workflowNotFound(id: string): FlowwError {
  return new FlowwError("NOT_FOUND", `There is no workflow ${formatId("workflow", id)} in this namespace.`);
}
