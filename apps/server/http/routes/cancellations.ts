import { cancelMany, previewCancel } from "../../domain/executions/cancel-many.ts";
import { presentExecution } from "../../domain/executions/present.ts";
import { readExecutionFilter, requireOwn } from "../read-selection.ts";
import type { RouteHandlers } from "../route-handler.ts";

type Handled = "previewCancel" | "cancelExecutions";

export const cancellationHandlers: Pick<RouteHandlers, Handled> = {
  previewCancel: async ({ body }, { context, namespace }) => {
    const filter = readExecutionFilter(namespace.id, body.executions);
    await requireOwn(context.database, filter);
    const { total, sample } = await previewCancel(context.database, filter);
    return { total, sample: sample.map(presentExecution) };
  },

  cancelExecutions: async ({ body }, { context, namespace }) => {
    const filter = readExecutionFilter(namespace.id, body.executions);
    await requireOwn(context.database, filter);
    return cancelMany(context, filter);
  },
};
