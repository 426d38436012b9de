import type { WireEvent } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { ServerContext } from "../../context.ts";
import { loadEvent } from "../../domain/deliveries/load-event.ts";
import { cancelExecution } from "../../domain/executions/cancel-execution.ts";
import { listEndedAttempts } from "../../domain/executions/list-attempts.ts";
import { listExecutionLogs } from "../../domain/executions/list-logs.ts";
import { presentExecution, presentExecutionDetail, presentLogLine } from "../../domain/executions/present.ts";
import { ExecutionState } from "../../domain/executions/states.ts";
import { type ExecutionDetail, findExecutionDetail, listExecutions } from "../../domain/executions/store.ts";
import { readCursor, toPage } from "../page.ts";
import { type RouteHandlers, uuidOf } from "../route-handler.ts";

type Handled = "listExecutions" | "getExecution" | "listExecutionLogs" | "cancelExecution";

export const executionHandlers: Pick<RouteHandlers, Handled> = {
  listExecutions: async ({ query }, { context, namespace }) => {
    const rows = await listExecutions(context.database, {
      namespaceId: namespace.id,
      workflowId: query.workflowId === undefined ? undefined : uuidOf("workflow", query.workflowId),
      state: query.status === undefined ? undefined : ExecutionState[query.status],
      beforeId: readCursor("execution", query.cursor),
      limit: query.limit + 1,
    });
    return toPage("execution", rows, { limit: query.limit, present: presentExecution });
  },

  getExecution: async ({ params }, { context, namespace }) => {
    const id = uuidOf("execution", params.executionId);
    const detail = await findExecutionDetail(context.database, namespace.id, id);
    if (detail === undefined) throw executionNotFound(params.executionId);
    const [event, attempts] = await Promise.all([
      loadKept(context, detail),
      listEndedAttempts(context.database, id),
    ]);
    return presentExecutionDetail(detail, { event, attempts, artifacts: context.artifacts });
  },

  listExecutionLogs: async ({ params, query }, { context, namespace }) => {
    const id = uuidOf("execution", params.executionId);
    const detail = await findExecutionDetail(context.database, namespace.id, id);
    if (detail === undefined) throw executionNotFound(params.executionId);
    const lines = await listExecutionLogs(context.database, id, query);
    return { items: lines.map(presentLogLine) };
  },

  cancelExecution: async ({ params }, { context, namespace }) => {
    await cancelExecution(context, namespace.id, uuidOf("execution", params.executionId));
    return { status: "cancelled" };
  },
};

/** A replay outlives what it replayed: its event may be gone by now. */
async function loadKept(
  context: ServerContext,
  detail: ExecutionDetail,
): Promise<Pick<WireEvent, "body"> & { head: object }> {
  return loadEvent(context, detail).catch((error: unknown) => {
    if (error instanceof FlowwError && error.code === "NOT_FOUND") return { head: {}, body: Buffer.alloc(0) };
    throw error;
  });
}

function executionNotFound(id: string): FlowwError {
  return new FlowwError("NOT_FOUND", `There is no execution ${id} in this namespace.`);
}
