import type { Json } from "@floww/contract/abi";
import type { devSession } from "@floww/contract/api";
import { FlowwError, isErrorCode } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import type { ProviderAnswer } from "@floww/executor/host";
import type { z } from "zod";
import { createDevExecution, type LocalEvent } from "../../domain/dev-sessions/create-dev-execution.ts";
import { devChannel, type LiveSession } from "../../domain/dev-sessions/dev-session-hub.ts";
import type { HandedEnd, HandIn, TakenEvent } from "../../domain/dev-sessions/hand-in.ts";
import { runWaiting } from "../../domain/dev-sessions/run-waiting.ts";
import { requireProviders } from "../../domain/providers/require-providers.ts";
import { presentTrigger } from "../../domain/triggers/present.ts";
import { type Arrivals, registerDevTriggers } from "../../domain/triggers/register-triggers.ts";
import { getWorkflow } from "../../domain/workflows/get-workflow.ts";
import { channelTokens, subjectOf } from "../channel-tokens.ts";
import { readMappings } from "../read-mappings.ts";
import { type RouteCall, type RouteHandlers, uuidOf } from "../route-handler.ts";

type Handled =
  | "openDevSession"
  | "getDevSession"
  | "keepDevSession"
  | "refreshDoorbell"
  | "closeDevSession"
  | "createDevExecution"
  | "takeDevExecution"
  | "logDevExecution"
  | "callFromDev"
  | "fetchFromDev"
  | "answerDevExecution"
  | "chunkDevExecution"
  | "endDevExecution";

export const devSessionHandlers: Pick<RouteHandlers, Handled> = {
  openDevSession: async ({ params, body }, call) => {
    const { context, namespace } = call;
    const workflow = await getWorkflow(context.database, namespace.id, uuidOf("workflow", params.workflowId));
    const mappings = readMappings(body.providers);
    await requireProviders(context.database, namespace.id, { used: [], mappings });
    const { live, tookOver } = await context.devSessions.open({
      namespaceId: namespace.id,
      workflowId: workflow.id,
      subject: subjectOf(call),
      manifest: body.manifest,
      mappings,
      clientId: body.clientId,
      isDebugging: body.debug,
      isTapping: body.tap,
    });
    await runWaiting(context, live);
    const arrivals = await registerDevTriggers(context, live.session, body.manifest.triggers);
    // What the code listened for before may not be wanted any more.
    context.settleRegistrations(namespace.id);
    return presentSession(live, { tookOver, ...arrivals }, call);
  },

  getDevSession: async ({ params }, call) => {
    const caller = { namespaceId: call.namespace.id, subject: subjectOf(call) };
    const live = call.context.devSessions.getConnected(uuidOf("workflow", params.workflowId), caller);
    return {
      id: formatId("devSession", live.session.id),
      triggers: presentTriggers(live, webhookUrlOf(live, call)),
    };
  },

  keepDevSession: async ({ params, body }, call) => {
    const { devSessions } = call.context;
    const live = await sessionOf(params, call);
    const isCurrent = await devSessions.touch(live, body.clientId);
    if (!isCurrent) return { isCurrent, waiting: [] };
    await runWaiting(call.context, live);
    return { isCurrent, waiting: await devSessions.runs.waiting(live) };
  },

  refreshDoorbell: async ({ params }, call) => doorbellOf(await sessionOf(params, call), call),

  closeDevSession: async ({ params, query }, call) => {
    await call.context.devSessions.disconnect(await sessionOf(params, call), query.clientId);
  },

  createDevExecution: async ({ params, body }, call) => {
    const live = await sessionOf(params, call);
    const wakeQueue = () => void runWaiting(call.context, live).catch(call.context.report);
    const local: LocalEvent =
      body.type === "replay" ? { type: "replay", executionId: uuidOf("execution", body.executionId) } : body;
    const id = await createDevExecution({ ...call.context, wakeQueue }, live, local, call.principal.name);
    return { executionId: formatId("execution", id) };
  },

  takeDevExecution: async ({ params }, call) => {
    const { value, bytes } = await handIn(params, call, { kind: "take" });
    return { ...(value as unknown as TakenEvent), bodyBase64: bytes.toString("base64") };
  },

  logDevExecution: async ({ params, body }, call) => {
    const lines = body.lines.map(({ level, at, text }) => ({ level, atMs: Date.parse(at), text }));
    await handIn(params, call, { kind: "log", lines });
  },

  callFromDev: async ({ params, body }, call) => {
    const { operation, input } = body;
    const { value } = await handIn(params, call, { kind: "call", operation, input: input as Json });
    return { value };
  },

  fetchFromDev: async ({ params, body }, call) => {
    const { bodyBase64, ...request } = body;
    const { value, bytes } = await handIn(params, call, { kind: "fetch", request }, bytesOf(bodyBase64));
    const answer = value as unknown as Pick<ProviderAnswer, "status" | "headers">;
    return { ...answer, bodyBase64: bytes.toString("base64") };
  },

  answerDevExecution: async ({ params, body }, call) => {
    const { status, headers, stream, bodyBase64 } = body;
    const header = { status, headers, ...(stream ? { stream } : {}) };
    await handIn(params, call, { kind: "answer", header }, bytesOf(bodyBase64));
  },

  chunkDevExecution: async ({ params, body }, call) => {
    await handIn(params, call, { kind: "chunk" }, body);
  },

  endDevExecution: async ({ params, body }, call) => {
    const bytes = body.answer === undefined ? undefined : bytesOf(body.answer.bodyBase64);
    await handIn(params, call, { kind: "end", end: endOf(body) }, bytes);
  },
};

/** Whichever server has the run. */
async function handIn(
  params: { devSessionId: string; executionId: string },
  call: RouteCall,
  wanted: HandIn,
  bytes?: Buffer,
) {
  const live = await sessionOf(params, call);
  return call.context.devSessions.runs.handIn(live, params.executionId, wanted, bytes);
}

function bytesOf(base64: string): Buffer {
  return Buffer.from(base64, "base64");
}

function sessionOf({ devSessionId }: { devSessionId: string }, call: RouteCall): Promise<LiveSession> {
  const caller = { namespaceId: call.namespace.id, subject: subjectOf(call) };
  return call.context.devSessions.get(uuidOf("devSession", devSessionId), caller);
}

async function presentSession(
  live: LiveSession,
  opened: Arrivals & { tookOver: boolean },
  call: RouteCall,
): Promise<z.input<typeof devSession>> {
  const { session } = live;
  const webhookUrl = webhookUrlOf(live, call);
  return {
    id: formatId("devSession", session.id),
    workflowId: formatId("workflow", session.workflowId),
    webhookUrl,
    triggers: presentTriggers(live, webhookUrl),
    ...opened,
    doorbell: await doorbellOf(live, call),
  };
}

function doorbellOf({ session }: LiveSession, call: RouteCall) {
  return channelTokens(call, devChannel(session.id));
}

function webhookUrlOf({ session }: LiveSession, { context }: RouteCall): string {
  return `${context.webhookUrl()}/webhook/${session.key}`;
}

/** The row may hold what production listens for; the laptop's own is in its manifest. */
function presentTriggers({ session, triggers }: LiveSession, webhookUrl: string) {
  const declared = new Map(session.manifest.triggers.map((trigger) => [trigger.handlerId, trigger]));
  return triggers.map((trigger) => {
    const { type, key, input } = declared.get(trigger.handlerId) ?? trigger;
    return presentTrigger({ ...trigger, type, key, input }, webhookUrl);
  });
}

interface EndBody {
  status: "completed" | "failed" | "timed_out" | "interrupted" | "waiting";
  waitsFor?: string[] | undefined;
  answer?: { status: number; headers: [string, string][]; bodyBase64: string } | undefined;
  error?: { code: string; name: string; message: string } | undefined;
}

function endOf({ status, answer, error, waitsFor }: EndBody): HandedEnd {
  if (status === "waiting") return { state: status, keys: waitsFor ?? [] };
  if (status === "completed") {
    if (answer === undefined) return { state: status };
    return { state: status, header: { status: answer.status, headers: answer.headers } };
  }
  const known = error ?? new FlowwError(status === "failed" ? "USER_ERROR" : "INTERRUPTED");
  return {
    state: status,
    error: {
      ...known,
      code: isErrorCode(known.code) ? known.code : "USER_ERROR",
      name: known.name,
      message: known.message,
    },
  };
}
