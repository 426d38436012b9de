import { z } from "zod";
import { executionStatuses } from "./executions.ts";
import { route } from "./route.ts";
import { id, instant, namespaceParams, timeRange } from "./shapes.ts";

/** How many executions are in each status; those that nothing is in are left out. */
const counts = z.partialRecord(z.enum(executionStatuses), z.number().int());

/** Of finished handlers' run times, in milliseconds, within a tenth; left out where nothing finished. */
const durations = { p50Ms: z.number().optional(), p95Ms: z.number().optional() };

/** Counted by when they were received. */
export const statistics = z.object({
  from: instant,
  to: instant,
  bucketSeconds: z.number().int(),
  /** In order of time, empty ones included. */
  buckets: z.array(z.object({ at: instant, counts, ...durations })),
  total: z.object({ counts, ...durations }),
  /** The busiest first, at most a hundred. */
  workflows: z.array(
    z.object({ workflowId: id("workflow"), workflowName: z.string(), counts, ...durations }),
  ),
});

/** Something that a person should look at. */
export const attentionItem = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("provider_failing"),
    providerId: id("provider"),
    name: z.string(),
    failure: z.string(),
  }),
  z.object({
    kind: z.literal("credential_ending"),
    providerId: id("provider"),
    name: z.string(),
    endsAt: instant,
  }),
  z.object({
    kind: z.literal("registration_failing"),
    providerId: id("provider"),
    name: z.string(),
    target: z.string(),
    failure: z.string(),
  }),
  z.object({
    kind: z.literal("workflow_paused"),
    workflowId: id("workflow"),
    name: z.string(),
    since: instant,
  }),
  /** Runs that nobody was told the failure of, in the last seven days. */
  z.object({
    kind: z.literal("dead_letters"),
    workflowId: id("workflow"),
    name: z.string(),
    count: z.number().int(),
  }),
  /** Runs that wait for a provider's credential to be replaced. */
  z.object({
    kind: z.literal("runs_held"),
    providerId: id("provider"),
    name: z.string(),
    count: z.number().int(),
  }),
  z.object({ kind: z.literal("approvals_waiting"), count: z.number().int() }),
]);

const params = namespaceParams;

export const statisticsRoutes = {
  getStatistics: route({
    method: "GET",
    path: "/api/namespaces/:namespaceId/statistics",
    summary:
      "Counts executions over time, by status and workflow, with their run times. At most 31 days; by default the last 24 hours.",
    permission: "execution.read",
    params,
    query: z.object({ ...timeRange, workflowId: id("workflow").optional() }),
    reply: statistics,
  }),
  listAttention: route({
    method: "GET",
    path: "/api/namespaces/:namespaceId/attention",
    summary: "Lists what a person should look at, the most urgent first, at most a hundred.",
    permission: "execution.read",
    params,
    reply: z.object({ items: z.array(attentionItem) }),
  }),
};
