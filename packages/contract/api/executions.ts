import { z } from "zod";
import { route } from "./route.ts";
import { id, instant, namespaceParams, page, pageQuery, timeRange } from "./shapes.ts";

export const executionStatuses = [
  "received",
  "waiting",
  "started",
  "completed",
  "failed",
  "timed_out",
  "cancelled",
  "interrupted",
] as const;
export const executionStatus = z.enum(executionStatuses);

export const runError = z.object({
  code: z.string(),
  name: z.string(),
  message: z.string(),
  stack: z.string().optional(),
  source: z.object({ file: z.string(), line: z.number(), column: z.number() }).optional(),
});

export const execution = z.object({
  id: id("execution"),
  workflowId: id("workflow"),
  /** As it is called now, a deleted one as it was called last. */
  workflowName: z.string(),
  triggerId: id("trigger"),
  handlerId: z.string(),
  deploymentId: id("deployment").optional(),
  version: z.number().int().optional(),
  origin: z.enum(["webhook", "cron", "manual", "replay", "dev", "failure", "invoke", "setup", "teardown"]),
  /** Of an event that ran as a part of a batch: the execution that ran them all. */
  batchId: id("execution").optional(),
  status: executionStatus,
  /** It waits for this provider's credential, which its vendor refused, to be replaced. */
  heldBy: id("provider").optional(),
  attempt: z.number().int(),
  createdAt: instant,
  startedAt: instant.optional(),
  finishedAt: instant.optional(),
  /** How long the handler ran, in milliseconds. */
  durationMs: z.number().int().optional(),
  error: runError.optional(),
});

/** Bytes as a reader can use them: JSON where they are JSON, text where they are text, else base64. */
export const content = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("json"), value: z.json() }),
  z.object({ kind: z.literal("text"), value: z.string() }),
  z.object({ kind: z.literal("base64"), value: z.string() }),
]);

export const executionDetail = execution.extend({
  deliveryId: id("delivery").optional(),
  replayOf: id("execution").optional(),
  event: z.record(z.string(), z.json()),
  input: content.optional(),
  answer: z
    .object({ status: z.number().int(), headers: z.array(z.tuple([z.string(), z.string()])) })
    .optional(),
  output: content.optional(),
});

export const logLine = z.object({
  executionId: id("execution"),
  sequence: z.number().int(),
  attempt: z.number().int(),
  level: z.enum(["debug", "info", "warn", "error"]),
  at: instant,
  text: z.string(),
});

/** What executions are asked for by; every filter that is left out lets all through. */
export const executionFilter = {
  workflowId: id("workflow").optional(),
  triggerId: id("trigger").optional(),
  /** One version of its workflow. */
  deploymentId: id("deployment").optional(),
  status: executionStatus.optional(),
  ...timeRange,
};

const base = "/api/namespaces/:namespaceId/executions";
const executionParams = namespaceParams.extend({ executionId: id("execution") });

export const executionRoutes = {
  listExecutions: route({
    method: "GET",
    path: base,
    summary: "Lists executions, newest first.",
    permission: "execution.read",
    params: namespaceParams,
    query: z.object({
      ...pageQuery,
      ...executionFilter,
      /**
       * In the event, the input, the output, the error or the log, letter case left aside. Looked for in the newest
       * `limits.searchedExecutionsMax` that fit the filters; artifacts are left out.
       */
      text: z.string().min(2).max(200).optional(),
    }),
    reply: page(execution).extend({
      /** Of a search: how many were looked through, and whether that was all that fit the filters. */
      searched: z.object({ count: z.number().int(), isAll: z.boolean() }).optional(),
    }),
  }),
  getExecution: route({
    method: "GET",
    path: `${base}/:executionId`,
    summary: "Shows one execution with its event, answer and error.",
    permission: "execution.read",
    params: executionParams,
    reply: executionDetail,
  }),
  listExecutionLogs: route({
    method: "GET",
    path: `${base}/:executionId/logs`,
    summary: "Lists an execution's log lines in order.",
    permission: "execution.read",
    params: executionParams,
    query: z.object({ after: z.coerce.number().int().min(-1).default(-1) }),
    reply: z.object({ items: z.array(logLine) }),
  }),
  cancelExecution: route({
    method: "POST",
    path: `${base}/:executionId/cancel`,
    summary: "Ends an execution that has not finished.",
    permission: "execution.write",
    params: executionParams,
    status: 202,
    reply: z.object({ status: executionStatus }),
    errors: ["STATE_CONFLICT"],
  }),
};
