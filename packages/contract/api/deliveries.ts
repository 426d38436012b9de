import { z } from "zod";
import { content, execution } from "./executions.ts";
import { route } from "./route.ts";
import { id, instant, namespaceParams, page, pageQuery, timeRange } from "./shapes.ts";

/** What was decided about an inbound request. */
export const deliveryVerdicts = [
  "accepted",
  "no_route",
  "bad_signature",
  "duplicate",
  "too_large",
  "filtered",
  "paused",
  /** For a laptop. */
  "dev",
  /** A vendor's ping or challenge. */
  "handshake",
] as const;
export const deliveryVerdict = z.enum(deliveryVerdicts);

export const delivery = z.object({
  id: id("delivery"),
  verdict: deliveryVerdict,
  receivedAt: instant,
  /** Absent for a vendor's event, which may cause runs of several workflows. */
  workflowId: id("workflow").optional(),
  triggerId: id("trigger").optional(),
  /** Of a vendor's event: the account that it came through. */
  providerId: id("provider").optional(),
  method: z.string(),
  /** Below the workflow's or the provider's key. */
  path: z.string(),
  /** The vendor's word for what happened. */
  eventName: z.string().optional(),
  remoteAddress: z.string(),
  /** Of a duplicate: what the first of its kind had caused. */
  copyOf: id("execution").optional(),
  /** True when a duplicate's bytes differ from the first one's. */
  hasOtherBody: z.boolean(),
});

export const deliveryDetail = delivery.extend({
  query: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: content.optional(),
  bodyBytes: z.number().int(),
  /** What it caused, replays included, oldest first. */
  executions: z.array(
    execution
      .pick({ id: true, workflowId: true, triggerId: true, origin: true, status: true, createdAt: true })
      .extend({ replayOf: id("execution").optional() }),
  ),
});

export const deliveryFilter = {
  workflowId: id("workflow").optional(),
  providerId: id("provider").optional(),
  verdict: deliveryVerdict.optional(),
  ...timeRange,
};

const base = "/api/namespaces/:namespaceId/deliveries";

export const deliveryRoutes = {
  listDeliveries: route({
    method: "GET",
    path: base,
    summary: "Lists inbound requests, newest first, with what was decided about each.",
    permission: "execution.read",
    params: namespaceParams,
    query: z.object({ ...pageQuery, ...deliveryFilter }),
    reply: page(delivery),
  }),
  getDelivery: route({
    method: "GET",
    path: `${base}/:deliveryId`,
    summary: "Shows one inbound request as it came, and what it caused.",
    permission: "execution.read",
    params: namespaceParams.extend({ deliveryId: id("delivery") }),
    reply: deliveryDetail,
  }),
};
