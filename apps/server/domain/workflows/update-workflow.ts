import { FlowwError } from "@floww/contract/errors";
import { isUniqueViolation, type Queryable } from "../../platform/db/database.ts";
import { workflowNotFound } from "./get-workflow.ts";
import { changeWorkflow, type Workflow, type WorkflowChange } from "./store.ts";

/** Nothing runs otherwise: what leads to a workflow is its id and its key. @throws FlowwError NOT_FOUND, NAME_TAKEN */
export async function updateWorkflow(database: Queryable, change: WorkflowChange): Promise<Workflow> {
  try {
    const changed = await changeWorkflow(database, change);
    if (changed === undefined) throw workflowNotFound(change.id);
    return changed;
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw new FlowwError("NAME_TAKEN", `A workflow named "${change.name}" exists in this namespace.`, {
      cause,
    });
  }
}
