import * as z from "zod";
import { content } from "./executions.ts";
import { route } from "./route.ts";
import { id, instant, name, namespaceParams, page, pageQuery, workflowParams } from "./shapes.ts";

export const workflow = z.object({
  id: id("workflow"),
  name: z.string(),
  description: z.string(),
  /** Base of its webhook URLs. */
  webhookUrl: z.string(),
  activeDeploymentId: id("deployment").optional(),
  /** Since when its events are kept and not run. */
  pausedAt: instant.optional(),
  createdAt: instant,
});

export const trigger = z.object({
  id: id("trigger"),
  handlerId: z.string(),
  type: z.string(),
  provider: z.object({ type: z.string(), alias: z.string() }),
  method: z.string().optional(),
  url: z.string().optional(),
  expression: z.string().optional(),
  timezone: z.string().optional(),
  nextRunAt: instant.optional(),
  /** Of a schedule: the next five, the first one included. */
  nextRunsAt: z.array(instant).optional(),
  name: z.string().optional(),
  /** Of a vendor's trigger: what tells it from others of its type, readable. */
  key: z.string().optional(),
  inputSchema: z.record(z.string(), z.json()).optional(),
  /** All that the code declares about it, defaults filled in. */
  input: z.record(z.string(), z.json()),
});

const base = "/api/namespaces/:namespaceId/workflows";

export const workflowRoutes = {
  listWorkflows: route({
    method: "GET",
    path: base,
    summary: "Lists the workflows of a namespace.",
    permission: "workflow.read",
    params: namespaceParams,
    query: z.object({ ...pageQuery, name: z.string().optional() }),
    reply: page(workflow),
  }),
  createWorkflow: route({
    method: "POST",
    path: base,
    summary: "Creates a workflow: a name to deploy to, with a webhook address of its own.",
    permission: "workflow.write",
    params: namespaceParams,
    body: z.strictObject({ name, description: z.string().max(1_000).optional() }),
    status: 201,
    reply: workflow,
    errors: ["NAME_TAKEN"],
  }),
  getWorkflow: route({
    method: "GET",
    path: `${base}/:workflowId`,
    summary: "Shows one workflow.",
    permission: "workflow.read",
    params: workflowParams,
    reply: workflow,
  }),
  updateWorkflow: route({
    method: "PATCH",
    path: `${base}/:workflowId`,
    summary: "Gives a workflow another name or description; its id and its addresses stay.",
    permission: "workflow.write",
    params: workflowParams,
    body: z.strictObject({ name: name.optional(), description: z.string().max(1_000).optional() }),
    reply: workflow,
    errors: ["NAME_TAKEN"],
  }),
  deleteWorkflow: route({
    method: "DELETE",
    path: `${base}/:workflowId`,
    summary: "Deletes a workflow: its webhooks answer 404 and its schedules end; what ran stays readable.",
    permission: "workflow.write",
    params: workflowParams,
    status: 204,
  }),
  pauseWorkflow: route({
    method: "POST",
    path: `${base}/:workflowId/pause`,
    summary: "Keeps the workflow's events until it is resumed; callers that wait for an answer get 503.",
    permission: "workflow.write",
    params: workflowParams,
    reply: workflow.extend({ warnings: z.array(z.string()) }),
  }),
  resumeWorkflow: route({
    method: "POST",
    path: `${base}/:workflowId/resume`,
    summary: "Runs what was kept while the workflow was paused, in order of receipt, and all that comes.",
    permission: "workflow.write",
    params: workflowParams,
    reply: workflow.extend({ warnings: z.array(z.string()) }),
  }),
  listTriggers: route({
    method: "GET",
    path: `${base}/:workflowId/triggers`,
    summary: "Lists what the active deployment listens for.",
    permission: "workflow.read",
    params: workflowParams,
    reply: z.object({ items: z.array(trigger) }),
  }),
  sendTestEvent: route({
    method: "POST",
    path: `${base}/:workflowId/triggers/:triggerId/test`,
    summary:
      "Sends a webhook a request as a caller would, recorded like any other, and gives its answer; proofs that the webhook asks for are the sender's to bring.",
    permission: "workflow.run",
    params: workflowParams.extend({ triggerId: id("trigger") }),
    body: z.strictObject({
      /** Default: the trigger's own. */
      method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]).optional(),
      /** A value for each `:name` in the webhook's path, as it is before it is encoded. */
      params: z.record(z.string().max(200), z.string().min(1).max(1_000)).default({}),
      /** With its `?`. */
      query: z
        .string()
        .max(2_000)
        .regex(/^\?[\x21-\x7e]*$/, "must begin with ? and be encoded")
        .optional(),
      headers: z
        .array(
          z.tuple([
            z
              .string()
              .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "is no header name")
              .max(256),
            z.string().max(8_192),
          ]),
        )
        .max(50)
        .default([]),
      body: z.string().max(1_000_000).optional(),
    }),
    reply: z.object({
      status: z.number().int(),
      headers: z.array(z.tuple([z.string(), z.string()])),
      body: content.optional(),
      /** True where the answer was longer than what is shown. */
      isCut: z.boolean(),
      durationMs: z.number().int(),
      executionId: id("execution").optional(),
    }),
    errors: ["STATE_CONFLICT"],
  }),
  runManualTrigger: route({
    method: "POST",
    path: `${base}/:workflowId/manual/:name`,
    summary: "Runs a manual trigger; the execution follows.",
    permission: "workflow.run",
    params: workflowParams.extend({ name: z.string().min(1).max(512) }),
    body: z.strictObject({ input: z.json().optional() }),
    status: 202,
    reply: z.object({ executionId: id("execution") }),
    errors: ["STATE_CONFLICT"],
  }),
};
