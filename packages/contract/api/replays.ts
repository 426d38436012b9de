import * as z from "zod";
import { limits } from "../limits.ts";
import { deliveryFilter, deliveryVerdict } from "./deliveries.ts";
import { executionFilter } from "./executions.ts";
import { route } from "./route.ts";
import { id, instant, namespaceParams, page, pageQuery } from "./shapes.ts";

/** Which version runs it: the one that is live now, or the one that ran it then. */
export const replayDeployment = z.enum(["current", "original"]);

/** Another body in the place of the recorded one; the headers stay. */
export const replayInput = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("json"), value: z.json() }),
  z.strictObject({ kind: z.literal("base64"), value: z.base64() }),
]);

const how = {
  deployment: replayDeployment.default("current"),
  input: replayInput.optional(),
};

/** What one replay may ask for. */
export const replayBody = z.strictObject(how);

/**
 * Finished executions that nobody has replayed yet, or deliveries of one verdict: of refused ones, those that have caused
 * nothing since.
 */
const selection = {
  executions: z.strictObject(executionFilter).optional(),
  deliveries: z.strictObject({ ...deliveryFilter, verdict: deliveryVerdict }).optional(),
};

interface Selected {
  executions?: unknown;
  deliveries?: unknown;
}
const isOne = ({ executions, deliveries }: Selected) =>
  (executions === undefined) !== (deliveries === undefined);
const ONE = { message: "give `executions` or `deliveries`" };

export const replayStatuses = ["running", "done", "cancelled"] as const;

export const replay = z.object({
  id: id("replay"),
  status: z.enum(replayStatuses),
  /** How many fitted when it was asked for. */
  total: z.number().int(),
  replayed: z.number().int(),
  /** Those that could not be replayed; the last one's reason is `problem`, or why the replay was given up: then it is `cancelled`. */
  skipped: z.number().int(),
  problem: z.string().optional(),
  /** At most so many a second. */
  rate: z.number().int(),
  deployment: replayDeployment,
  createdBy: z.string(),
  createdAt: instant,
  finishedAt: instant.optional(),
});

const base = "/api/namespaces/:namespaceId/replays";
const replayParams = namespaceParams.extend({ replayId: id("replay") });

export const replayRoutes = {
  previewReplay: route({
    method: "POST",
    path: "/api/namespaces/:namespaceId/replay-preview",
    summary: "Says what a replay of many would run: how many, and the first of them.",
    permission: "execution.read",
    isAudited: false,
    params: namespaceParams,
    body: z.strictObject(selection).refine(isOne, ONE),
    reply: z.object({
      total: z.number().int(),
      sample: z.array(z.object({ id: z.string(), at: instant, state: z.string() })),
    }),
  }),
  createReplay: route({
    method: "POST",
    path: base,
    summary:
      "Replays all that fits, oldest first, no faster than `rate`; it goes on when the server restarts.",
    permission: "execution.write",
    params: namespaceParams,
    body: z
      .strictObject({
        ...selection,
        ...how,
        rate: z.number().int().min(1).max(limits.replaysPerSecondMax).default(limits.replaysPerSecond),
      })
      .refine(isOne, ONE),
    status: 202,
    reply: replay,
    errors: ["STATE_CONFLICT"],
  }),
  listReplays: route({
    method: "GET",
    path: base,
    summary: "Lists replays of many, newest first.",
    permission: "execution.read",
    params: namespaceParams,
    query: z.object(pageQuery),
    reply: page(replay),
  }),
  getReplay: route({
    method: "GET",
    path: `${base}/:replayId`,
    summary: "Shows how far a replay of many has come.",
    permission: "execution.read",
    params: replayParams,
    reply: replay,
  }),
  cancelReplay: route({
    method: "POST",
    path: `${base}/:replayId/cancel`,
    summary: "Ends a replay of many; what it has started goes on.",
    permission: "execution.write",
    params: replayParams,
    reply: replay,
    errors: ["STATE_CONFLICT"],
  }),
  replayExecution: route({
    method: "POST",
    path: "/api/namespaces/:namespaceId/executions/:executionId/replay",
    summary: "Runs a recorded event again.",
    permission: "execution.write",
    params: namespaceParams.extend({ executionId: id("execution") }),
    body: z.strictObject({
      ...how,
      /** Keeps what the steps before this one came to, and begins with it. */
      fromStep: z.string().min(1).max(limits.journalKeyBytesMax).optional(),
    }),
    status: 202,
    reply: z.object({ executionId: id("execution") }),
    errors: ["STATE_CONFLICT"],
  }),
  replayDelivery: route({
    method: "POST",
    path: "/api/namespaces/:namespaceId/deliveries/:deliveryId/replay",
    summary: "Takes an inbound request in again, for the triggers that it is for now.",
    permission: "execution.write",
    params: namespaceParams.extend({ deliveryId: id("delivery") }),
    body: replayBody,
    status: 202,
    reply: z.object({ executionIds: z.array(id("execution")) }),
    errors: ["STATE_CONFLICT"],
  }),
};
