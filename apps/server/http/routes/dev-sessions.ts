import type { Json } from "@floww/contract/abi";
import type { devSession } from "@floww/contract/api";
import { FlowwError, isErrorCode } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
import type { RunEnd } from "@floww/executor/host";
import type { z } from "zod";
import { createDevExecution, type LocalEvent } from "../../domain/dev-sessions/create-dev-execution.ts";
import { devChannel, type LiveSession } from "../../domain/dev-sessions/dev-session-hub.ts";
import { runWaiting } from "../../domain/dev-sessions/run-waiting.ts";
import { readAnswer } from "../../domain/providers/gateway/read-answer.ts";
import { requireProviders } from "../../domain/providers/require-providers.ts";
import { presentTrigger } from "../../domain/triggers/present.ts";
import { type Arrivals, registerDevTriggers } from "../../domain/triggers/register-triggers.ts";
import { getWorkflow } from "../../domain/workflows/get-workflow.ts";
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
    const live = sessionOf(params, call);
    const isCurrent = await call.context.devSessions.touch(live, body.clientId);
    if (isCurrent) await runWaiting(call.context, live);
    return { isCurrent, waiting: isCurrent ? live.driver.waiting() : [] };
  },

  refreshDoorbell: async ({ params }, call) => doorbellOf(sessionOf(params, call), call),

  closeDevSession: async ({ params, query }, call) => {
    call.context.devSessions.disconnect(sessionOf(params, call), query.clientId);
  },

  createDevExecution: async ({ params, body }, call) => {
    const live = sessionOf(params, call);
    const wakeQueue = () => void runWaiting(call.context, live).catch(call.context.report);
    const local: LocalEvent =
      body.type === "replay" ? { type: "replay", executionId: uuidOf("execution", body.executionId) } : body;
    const id = await createDevExecution({ ...call.context, wakeQueue }, live, local, call.principal.name);
    return { executionId: formatId("execution", id) };
  },

  takeDevExecution: async ({ params }, call) => {
    const { job, timeoutMs } = sessionOf(params, call).driver.take(params.executionId);
    return {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      handlerId: job.handlerId,
      attempt: job.attempt,
      isResumed: job.isResumed === true,
      isLastAttempt: job.isLastAttempt === true,
      // JSON by what it is, and not by its type.
      head: job.event.head as unknown as Record<string, Json>,
      bodyBase64: Buffer.from(job.event.body).toString("base64"),
    };
  },

  logDevExecution: async ({ params, body }, call) => {
    const lines = body.lines.map(({ level, at, text }) => ({
      level,
      atMs: Date.parse(at),
      text: Buffer.from(text),
    }));
    sessionOf(params, call).driver.log(params.executionId, lines);
  },

  callFromDev: async ({ params, body }, call) => {
    const value = await sessionOf(params, call).driver.call(
      params.executionId,
      body.operation,
      body.input as never,
    );
    return { value };
  },

  fetchFromDev: async ({ params, body }, call) => {
    const { bodyBase64, ...request } = body;
    const asked = { ...request, body: Buffer.from(bodyBase64, "base64") };
    const signal = AbortSignal.timeout(limits.providerWaitMs);
    const answer = await sessionOf(params, call).driver.fetch(params.executionId, asked, signal);
    const { status, headers } = answer;
    const whole = await readAnswer(answer.body, limits.providerRequestBytesMax);
    return { status, headers, bodyBase64: whole.toString("base64") };
  },

  answerDevExecution: async ({ params, body }, call) => {
    const { status, headers, stream, bodyBase64 } = body;
    const header = { status, headers, ...(stream ? { stream } : {}) };
    const { driver } = sessionOf(params, call);
    await driver.answer(params.executionId, header, Buffer.from(bodyBase64, "base64"));
  },

  chunkDevExecution: async ({ params, body }, call) => {
    await sessionOf(params, call).driver.chunk(params.executionId, body);
  },

  endDevExecution: async ({ params, body }, call) => {
    sessionOf(params, call).driver.end(params.executionId, endOf(body));
  },
};

function subjectOf({ principal }: RouteCall): string {
  return `${principal.kind}:${principal.id}`;
}

function sessionOf({ devSessionId }: { devSessionId: string }, call: RouteCall): LiveSession {
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

async function doorbellOf({ session }: LiveSession, call: RouteCall) {
  const { realtime, realtimeUrl } = call.context;
  const channel = devChannel(session.id);
  const [connectionToken, subscriptionToken] = await Promise.all([
    realtime.connectionToken(subjectOf(call)),
    realtime.subscriptionToken(subjectOf(call), channel),
  ]);
  return { url: realtimeUrl(), channel, connectionToken, subscriptionToken };
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

function endOf({ status, answer, error, waitsFor }: EndBody): RunEnd {
  if (status === "waiting") return { state: status, keys: waitsFor ?? [] };
  if (status === "completed") {
    if (answer === undefined) return { state: "completed" };
    const header = { status: answer.status, headers: answer.headers };
    return { state: "completed", answer: { header, body: Buffer.from(answer.bodyBase64, "base64") } };
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
