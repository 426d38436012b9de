import * as z from "zod";
import { limits } from "../limits.ts";
import { route } from "./route.ts";
import { namespaceParams } from "./shapes.ts";

const MB = 1024 * 1024;

/** How long and how much of deliveries, executions and logs a namespace keeps. */
const kept = {
  days: z.number().int().min(1).max(limits.retentionDaysCeiling),
  /** Past it the oldest go, an hour's at a time. */
  bytesMax: z.number().int().min(MB).max(limits.retentionBytesCeiling),
};

export const retention = z.object({
  ...kept,
  /** Counted some twenty minutes late, when rows are whole. */
  usedBytes: z.number().int(),
});

const path = "/api/namespaces/:namespaceId/retention";

export const retentionRoutes = {
  getRetention: route({
    method: "GET",
    path,
    summary: "Shows how long and how much the namespace keeps of what came in and ran.",
    permission: "namespace.read",
    params: namespaceParams,
    reply: retention,
  }),
  setRetention: route({
    method: "PUT",
    path,
    summary: "Sets how long and how much the namespace keeps; what is past it goes within minutes.",
    permission: "organization.manage",
    params: namespaceParams,
    body: z.strictObject(kept),
    reply: retention,
  }),
};
