import { z } from "zod";
import { execution, executionFilter } from "./executions.ts";
import { route } from "./route.ts";
import { namespaceParams } from "./shapes.ts";

/** Of those that fit, the ones that have not finished are meant. */
const body = z.strictObject({ executions: z.strictObject(executionFilter) });

export const cancellationRoutes = {
  previewCancel: route({
    method: "POST",
    path: "/api/namespaces/:namespaceId/cancel-preview",
    summary: "Says what a cancel of many would end: how many, and the first of them.",
    permission: "execution.read",
    isAudited: false,
    params: namespaceParams,
    body,
    reply: z.object({
      total: z.number().int(),
      sample: z.array(execution.pick({ id: true, workflowName: true, status: true, createdAt: true })),
    }),
  }),
  cancelExecutions: route({
    method: "POST",
    path: "/api/namespaces/:namespaceId/cancellations",
    summary: "Ends all executions that fit and have not finished, oldest first, with what they invoked.",
    permission: "execution.write",
    params: namespaceParams,
    body,
    reply: z.object({
      cancelled: z.number().int(),
      /** More than one request ends at once: ask again for the rest. */
      hasMore: z.boolean(),
    }),
  }),
};
