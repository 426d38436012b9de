import type { WireEvent } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import type { ServerContext } from "../../context.ts";
import { loadEvent } from "../../domain/deliveries/load-event.ts";
import { searchExecutions } from "../../domain/deliveries/search-executions.ts";
import { cancelExecution } from "../../domain/executions/cancel-execution.ts";
import { listEndedAttempts } from "../../domain/executions/list-attempts.ts";
import { listExecutionLogs } from "../../domain/executions/list-logs.ts";
import { listExecutions } from "../../domain/executions/listing/list-executions.ts";
import { presentExecution, presentExecutionDetail, presentLogLine } from "../../domain/executions/present.ts";
import { type ExecutionDetail, findExecutionDetail } from "../../domain/executions/store.ts";
import { readCursor, toPage } from "../page.ts";
import { readExecutionFilter } from "../read-selection.ts";
import { type RouteHandlers, uuidOf } from "../route-handler.ts";

type Handled = "listExecutions" | "getExecution" | "listExecutionLogs" | "cancelExecution";

export const executionHandlers: Pick<RouteHandlers, Handled> = {
  listExecutions: async ({ query }, { context, namespace }) => {
    const filter = readExecutionFilter(namespace.id, query);
    const beforeId = readCursor("execution", query.cursor);
    const { limit, text } = query;
    if (text !== undefined) {
      const { rows, nextId, searched } = await searchExecutions(context.database, filter, {
        text,
        beforeId,
        limit,
      });
      const next = nextId === undefined ? {} : { nextCursor: formatId("execution", nextId) };
      return { items: rows.map(presentExecution), ...next, searched };
    }
    const rows = await listExecutions(context.database, filter, { beforeId, limit: limit + 1 });
    return toPage("execution", rows, { limit, present: presentExecution });
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
