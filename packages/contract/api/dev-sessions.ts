import * as z from "zod";
import { manifest } from "../abi/manifest.ts";
import { limits } from "../limits.ts";
import { executionStatus, logLine, runError } from "./executions.ts";
import { route } from "./route.ts";
import { id, instant, namespaceParams, providerMappings, workflowParams } from "./shapes.ts";
import { trigger } from "./workflows.ts";

const doorbell = z.object({
  url: z.string(),
  channel: z.string(),
  /** Good for less than a minute: `refreshDoorbell` gives others. */
  connectionToken: z.string(),
  subscriptionToken: z.string(),
});

/** A laptop that listens for its own events of one workflow: one per (person, workflow), with addresses that stay. */
export const devSession = z.object({
  id: id("devSession"),
  workflowId: id("workflow"),
  webhookUrl: z.string(),
  triggers: z.array(trigger),
  /** How vendors' events come to the laptop. */
  notes: z.array(z.string()),
  /** Those that will not come, and why. */
  warnings: z.array(z.string()),
  /** Another terminal's session ended by this one. */
  tookOver: z.boolean(),
  /** Where the doorbell rings: each publication names an execution to take. */
  doorbell,
});

/** An event for the laptop, with the bytes that came. */
export const devEvent = z.object({
  handlerId: z.string(),
  attempt: z.number().int(),
  /** When the laptop ends the run; left out while a debugger may hold it. */
  timeoutMs: z.number().int().optional(),
  /** It was started before, and may have a journal. */
  isResumed: z.boolean(),
  isLastAttempt: z.boolean(),
  head: z.record(z.string(), z.json()),
  bodyBase64: z.string(),
});

/** What a handler on the laptop answers, within the bounds of one on the server. */
const devAnswer = z.strictObject({
  status: z.number().int().min(200).max(599),
  headers: z
    .array(z.tuple([z.string(), z.string()]))
    .refine((headers) => headerBytes(headers) <= limits.answerHeaderBytesMax, "are too large"),
  bodyBase64: z.string().max(base64Characters(limits.answerBytesMax)),
});

function headerBytes(headers: readonly (readonly [string, string])[]): number {
  return headers.reduce((bytes, [name, value]) => bytes + name.length + value.length, 0);
}

function base64Characters(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

const headers = z.array(z.tuple([z.string(), z.string()])).max(200);
const base = "/api/namespaces/:namespaceId/dev-sessions/:devSessionId";
const sessionParams = namespaceParams.extend({ devSessionId: id("devSession") });
const executionParams = sessionParams.extend({ executionId: id("execution") });

export const devSessionRoutes = {
  openDevSession: route({
    method: "PUT",
    path: "/api/namespaces/:namespaceId/workflows/:workflowId/dev-session",
    summary: "Opens the caller's dev session, or opens it again with what the code declares now.",
    permission: "dev.use",
    feature: "devSessions",
    params: workflowParams,
    body: z.strictObject({
      manifest,
      providers: providerMappings,
      /** Tells one terminal from another; the newest has the session. */
      clientId: z.string().min(8).max(64),
      /** An inspector may hold the code for as long as it likes: no deadlines. */
      debug: z.boolean().default(false),
      /** What the live version gets comes here as well, as a replay: nobody waits for this answer. */
      tap: z.boolean().default(false),
    }),
    reply: devSession,
    errors: ["MANIFEST_INVALID", "PROVIDER_MISSING"],
  }),
  getDevSession: route({
    method: "GET",
    path: "/api/namespaces/:namespaceId/workflows/:workflowId/dev-session",
    summary: "Finds the caller's dev session that is connected now, with what its code listens for.",
    permission: "dev.use",
    params: workflowParams,
    reply: z.object({ id: id("devSession"), triggers: z.array(trigger) }),
  }),
  keepDevSession: route({
    method: "POST",
    path: `${base}/keep`,
    summary: "Says that the laptop is still there; names what waits for it.",
    permission: "dev.use",
    feature: "devSessions",
    isAudited: false,
    params: sessionParams,
    body: z.strictObject({ clientId: z.string().min(8).max(64) }),
    reply: z.object({ isCurrent: z.boolean(), waiting: z.array(id("execution")) }),
  }),
  refreshDoorbell: route({
    method: "POST",
    path: `${base}/doorbell`,
    summary: "Gives fresh tokens for the session's doorbell, as long as its owner may have them.",
    permission: "dev.use",
    isAudited: false,
    params: sessionParams,
    reply: doorbell,
  }),
  closeDevSession: route({
    method: "DELETE",
    path: base,
    summary: "Ends the session, if this terminal still has it; its addresses stay the same for the next one.",
    permission: "dev.use",
    params: sessionParams,
    query: z.object({ clientId: z.string().min(8).max(64) }),
    status: 204,
  }),
  createDevExecution: route({
    method: "POST",
    path: `${base}/executions`,
    summary:
      "Makes a local event: a tick of the laptop's clock, a manual run, or a recorded event once more.",
    permission: "dev.use",
    feature: "devSessions",
    params: sessionParams,
    body: z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("cron"), handlerId: z.string().max(512), scheduledAt: instant }),
      z.strictObject({
        type: z.literal("manual"),
        handlerId: z.string().max(512),
        input: z.json().optional(),
      }),
      z.strictObject({ type: z.literal("replay"), executionId: id("execution") }),
    ]),
    status: 201,
    reply: z.object({ executionId: id("execution") }),
    errors: ["STATE_CONFLICT"],
  }),
  takeDevExecution: route({
    method: "POST",
    path: `${base}/executions/:executionId/take`,
    summary: "Takes an event to run it on the laptop; it can be taken once.",
    permission: "dev.use",
    feature: "devSessions",
    isAudited: false,
    params: executionParams,
    reply: devEvent,
    errors: ["STATE_CONFLICT"],
  }),
  logDevExecution: route({
    method: "POST",
    path: `${base}/executions/:executionId/logs`,
    summary: "Adds log lines of an event that the laptop runs.",
    permission: "dev.use",
    isAudited: false,
    params: executionParams,
    body: z.strictObject({ lines: z.array(logLine.pick({ level: true, at: true, text: true })).max(1_000) }),
    status: 204,
    errors: ["STATE_CONFLICT"],
  }),
  callFromDev: route({
    method: "POST",
    path: `${base}/executions/:executionId/call`,
    summary: "Asks the server on behalf of a handler that runs on the laptop.",
    permission: "dev.use",
    isAudited: false,
    params: executionParams,
    body: z.strictObject({ operation: z.string().max(64), input: z.json() }),
    reply: z.object({ value: z.json() }),
    errors: ["STATE_CONFLICT", "OPERATION_UNKNOWN"],
  }),
  fetchFromDev: route({
    method: "POST",
    path: `${base}/executions/:executionId/fetch`,
    summary: "Calls a vendor through the provider gateway, on behalf of a handler that runs on the laptop.",
    permission: "dev.use",
    isAudited: false,
    params: executionParams,
    body: z.strictObject({
      connection: z.strictObject({ type: z.string().max(64), alias: z.string().max(64) }),
      method: z.string().max(64),
      url: z.string().max(16_384),
      headers,
      bodyBase64: z.string(),
    }),
    reply: z.object({ status: z.number().int(), headers, bodyBase64: z.string() }),
    errors: ["STATE_CONFLICT", "PROVIDER_CALL_REFUSED", "PROVIDER_UNDECLARED", "PROVIDER_UNREACHABLE"],
  }),
  answerDevExecution: route({
    method: "POST",
    path: `${base}/executions/:executionId/answer`,
    summary: "Hands in an answer while the handler goes on; replies once it is committed and on its way.",
    permission: "dev.use",
    isAudited: false,
    params: executionParams,
    body: devAnswer.extend({
      /** Chunks follow. */
      stream: z.boolean().default(false),
    }),
    status: 204,
    errors: ["STATE_CONFLICT", "ALREADY_ANSWERED"],
  }),
  chunkDevExecution: route({
    method: "POST",
    path: `${base}/executions/:executionId/chunks`,
    summary: "Hands in the next piece of a streamed answer; replies once its caller has taken it.",
    permission: "dev.use",
    isAudited: false,
    params: executionParams,
    body: "bytes",
    bodyBytesMax: limits.devChunkBytesMax,
    status: 204,
    errors: ["STATE_CONFLICT", "BODY_TOO_LARGE"],
  }),
  endDevExecution: route({
    method: "POST",
    path: `${base}/executions/:executionId/end`,
    summary: "Hands in how the run ended, and its answer.",
    permission: "dev.use",
    isAudited: false,
    params: executionParams,
    body: z.strictObject({
      status: executionStatus.extract(["completed", "failed", "timed_out", "interrupted", "waiting"]),
      /** Left out when it was handed in early. */
      answer: devAnswer.optional(),
      error: runError.optional(),
      /** Of one that waits: the journal entries that it waits for. */
      waitsFor: z
        .array(z.string().max(limits.journalKeyBytesMax))
        .min(1)
        .max(limits.journalEntriesMax)
        .optional(),
    }),
    status: 204,
    errors: ["STATE_CONFLICT"],
  }),
};
