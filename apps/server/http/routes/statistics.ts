import { listAttention } from "../../domain/attention/list-attention.ts";
import { presentStatistics } from "../../domain/executions/statistics/present.ts";
import { readStatistics } from "../../domain/executions/statistics/read-statistics.ts";
import { statisticsRange } from "../../domain/executions/statistics/statistics-range.ts";
import { type RouteHandlers, uuidOf } from "../route-handler.ts";

type Handled = "getStatistics" | "listAttention";

export const statisticsHandlers: Pick<RouteHandlers, Handled> = {
  getStatistics: async ({ query }, { context, namespace }) => {
    const range = statisticsRange(query, Date.now());
    const workflowId = query.workflowId === undefined ? undefined : uuidOf("workflow", query.workflowId);
    const of = { ...range, namespaceId: namespace.id, workflowId };
    return presentStatistics(range, await readStatistics(context.database, of));
  },

  listAttention: async (_, { context, namespace }) => ({
    items: await listAttention(context.database, namespace.id),
  }),
};
