import { presentVariable } from "../../domain/secrets/present.ts";
import { listVariables, type VariableOwner } from "../../domain/secrets/variable-store.ts";
import { deleteVariable, setVariable } from "../../domain/secrets/variables.ts";
import { getWorkflow } from "../../domain/workflows/get-workflow.ts";
import { type RouteCall, type RouteHandlers, uuidOf } from "../route-handler.ts";

type Handled = "listVariables" | "setVariable" | "deleteVariable";

export const envHandlers: Pick<RouteHandlers, Handled> = {
  listVariables: async ({ params }, call) => {
    const rows = await listVariables(call.context.database, await ownerOf(call, params.workflowId));
    return { items: rows.map(presentVariable) };
  },

  setVariable: async ({ params, body }, call) => {
    const owner = await ownerOf(call, params.workflowId);
    const row = await setVariable(call.context, owner, { ...body, updatedBy: call.principal.name });
    // Here at once, so that whoever got the answer meets the new value; elsewhere by the notification.
    await call.context.retireWorkflow(owner.workflowId);
    return presentVariable(row);
  },

  deleteVariable: async ({ params }, call) => {
    const owner = await ownerOf(call, params.workflowId);
    await deleteVariable(call.context.database, owner, params.name);
    await call.context.retireWorkflow(owner.workflowId);
  },
};

async function ownerOf({ context, namespace }: RouteCall, workflowId: string): Promise<VariableOwner> {
  const workflow = await getWorkflow(context.database, namespace.id, uuidOf("workflow", workflowId));
  return { namespaceId: namespace.id, workflowId: workflow.id };
}
