import * as z from "zod";
import { limits } from "../limits.ts";
import { route } from "./route.ts";
import { id, instant, namespaceParams, page, pageQuery } from "./shapes.ts";

export const journalEntry = z.object({
  /** The step's name, with its number when the name came before. */
  key: z.string(),
  kind: z.enum(["step", "sleep", "event", "approval", "callback", "invoke"]),
  /** In the order in which the code asked for them, from 0. */
  position: z.number().int(),
  status: z.enum(["pending", "completed", "failed"]),
  /** How often a step's function was called. */
  attempts: z.number().int(),
  createdAt: instant,
  settledAt: instant.optional(),
  /** Pending: when it is over by itself, or tried again. */
  dueAt: instant.optional(),
  error: z.object({ code: z.string(), name: z.string(), message: z.string() }).optional(),
});

/** What a run waits for from outside. */
export const wait = z.object({
  id: id("wait"),
  executionId: id("execution"),
  key: z.string(),
  kind: z.enum(["event", "approval", "callback", "invoke"]),
  /** An event's name; what an approval asks. */
  name: z.string().optional(),
  createdAt: instant,
  dueAt: instant,
});

export const journalRoutes = {
  listWaits: route({
    method: "GET",
    path: "/api/namespaces/:namespaceId/waits",
    summary: "Lists what runs wait for from outside, oldest first.",
    permission: "execution.read",
    params: namespaceParams,
    query: z.object({ ...pageQuery, kind: wait.shape.kind.optional() }),
    reply: page(wait),
  }),
  answerApproval: route({
    method: "POST",
    path: "/api/namespaces/:namespaceId/waits/:waitId/approval",
    summary: "Approves or declines what a run asks.",
    permission: "execution.write",
    params: namespaceParams.extend({ waitId: id("wait") }),
    body: z.strictObject({ approved: z.boolean(), comment: z.string().max(2_000).optional() }),
    status: 204,
    errors: ["STATE_CONFLICT"],
  }),
  listSteps: route({
    method: "GET",
    path: "/api/namespaces/:namespaceId/executions/:executionId/steps",
    summary: "Lists what an execution has journalled: its steps, sleeps and waits.",
    permission: "execution.read",
    params: namespaceParams.extend({ executionId: id("execution") }),
    query: z.object({ after: z.coerce.number().int().min(0).max(limits.journalEntriesMax).default(0) }),
    reply: z.object({ items: z.array(journalEntry), hasMore: z.boolean() }),
  }),
  sendEvent: route({
    method: "POST",
    path: "/api/namespaces/:namespaceId/events",
    summary: "Sends an event to every run of the namespace that waits for it, or will within its life.",
    permission: "workflow.run",
    params: namespaceParams,
    body: z.strictObject({
      name: z
        .string()
        .min(1)
        .max(256)
        .refine((name) => name.isWellFormed(), "must be well-formed text"),
      data: z.json().optional(),
    }),
    status: 202,
    reply: z.object({ eventId: id("event"), waiting: z.number().int() }),
    errors: ["BODY_TOO_LARGE"],
  }),
};
