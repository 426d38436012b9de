import type { WebhookEventHead } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
import type { RunEnd } from "@floww/executor/host";
import type { Queryable } from "../../platform/db/database.ts";
import { passFailPoint } from "../../platform/fail-points.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { runExecution } from "../executions/run-execution.ts";
import { modeOf, runPolicyOf } from "../executions/run-policy.ts";
import { ExecutionOrigin } from "../executions/states.ts";
import type { AnswerSink, RunContext, RunOutcome } from "../executions/types.ts";
import type { WebhookMatch } from "../triggers/route-table.ts";
import { createEventKey, type EventKey, findFirstEvent } from "./delivery-keys.ts";
import { type Ledger, Verdict } from "./ledger.ts";
import { waitForEnd } from "./wait-for-end.ts";

export interface ReceiveContext extends RunContext {
  ledger: Ledger;
  database: Queryable;
  /** A recorded execution waits to be claimed. */
  wakeQueue(): void;
}

export interface InboundRequest {
  match: WebhookMatch;
  /** `dev`: for a laptop; its session stands in the place of the deployment, also while it waits. */
  origin: "webhook" | "dev";
  method: string;
  path: string;
  query: string;
  headers: [string, string][];
  body: Buffer;
  remoteAddress: string;
}

export interface Received {
  executionId: string;
  /** Resolves when the run has ended and its end is committed; undefined for `ack`, whose run follows from the queue. */
  end?: Promise<RunEnd>;
}

/** Steps 4 to 6 of the incoming flow: commit the delivery and its execution, run, commit the end. */
export async function receiveWebhook(
  context: ReceiveContext,
  request: InboundRequest,
  caller: AnswerSink,
): Promise<Received> {
  const { trigger } = request.match.route;
  const nowMs = Date.now();
  const [deliveryId, executionId] = [newUuid(nowMs), newUuid(nowMs)];
  const head: WebhookEventHead = {
    type: "webhook",
    method: request.method,
    path: request.path,
    query: request.query,
    params: request.match.params,
    headers: request.headers,
    receivedAt: new Date(nowMs).toISOString(),
  };
  const waits = trigger.input.response !== "ack";
  const isBig = request.body.byteLength > limits.inlineBytesMax;
  const bodyArtifact = isBig ? await context.artifacts.put(trigger.namespaceId, request.body) : null;
  const key = idempotencyKey(request);
  const owned = { namespaceId: trigger.namespaceId, workflowId: trigger.workflowId, triggerId: trigger.id };
  passFailPoint("received");
  const recorded = await context.ledger.commit({
    deliveries: [
      {
        ...owned,
        id: deliveryId,
        providerId: null,
        verdict: request.origin === "dev" ? Verdict.dev : Verdict.accepted,
        head: Buffer.from(JSON.stringify(head)),
        body: isBig ? null : request.body,
        bodyArtifact,
        remoteAddress: request.remoteAddress,
      },
    ],
    executions: [
      { ...newExecution(context, { request, deliveryId, executionId, waits }), isKeyed: key !== undefined },
    ],
    ...(key === undefined ? {} : { keys: [{ ...key, id: executionId }] }),
  });
  passFailPoint("committed");
  if (!recorded.has("executions", executionId)) {
    if (key === undefined) throw new FlowwError("INTERNAL", "The execution was not recorded.");
    return receiveCopy(context, { request, key, deliveryId, head, waits }, caller);
  }
  return start(context, { request, head, executionId, waits }, caller);
}

interface Recorded {
  request: InboundRequest;
  head: WebhookEventHead;
  executionId: string;
  waits: boolean;
}

/** The second half, after the commit of delivery and execution. */
function start(
  context: ReceiveContext,
  { request, head, executionId, waits }: Recorded,
  caller: AnswerSink,
): Received {
  const { trigger, target } = request.match.route;
  const publicId = formatId("execution", executionId);
  if (!waits) {
    context.wakeQueue();
    passFailPoint("published");
    return { executionId: publicId };
  }
  const run = runExecution(
    context,
    {
      id: executionId,
      publicId,
      namespaceId: trigger.namespaceId,
      target,
      handlerId: trigger.handlerId,
      attempt: 1,
      epoch: 1,
      policy: runPolicyOf(trigger.input, {
        origin: ExecutionOrigin[request.origin],
        isAcknowledged: false,
      }),
      event: { head, body: request.body },
    },
    caller,
  );
  return {
    executionId: publicId,
    end: run.then((outcome) => endOf(context, trigger.namespaceId, executionId, outcome)),
  };
}

/** A caller of a run that is tried again goes on waiting. */
function endOf(
  context: ReceiveContext,
  namespaceId: string,
  executionId: string,
  outcome: RunOutcome,
): RunEnd | Promise<RunEnd> {
  return outcome.state === "retrying" ? waitForEnd(context, namespaceId, executionId) : outcome;
}

/** A request whose key was seen before: the first one's answer, unless that failed. */
async function receiveCopy(
  context: ReceiveContext,
  {
    request,
    key,
    deliveryId,
    head,
    waits,
  }: Omit<Recorded, "executionId"> & { key: EventKey; deliveryId: string },
  caller: AnswerSink,
): Promise<Received> {
  const { trigger } = request.match.route;
  const executionId = newUuid();
  const first = await findFirstEvent(context.database, key, executionId);
  if (first.kind !== "again")
    await context.ledger.commit({ verdicts: [{ id: deliveryId, verdict: Verdict.duplicate }] });
  if (first.kind === "other-body") throw new FlowwError("IDEMPOTENCY_KEY_REUSED");
  if (first.kind === "alive") {
    const publicId = formatId("execution", first.executionId);
    if (!waits) return { executionId: publicId };
    return { executionId: publicId, end: waitForEnd(context, trigger.namespaceId, first.executionId) };
  }
  const row = newExecution(context, { request, deliveryId, executionId, waits });
  const recorded = await context.ledger.commit({ executions: [{ ...row, replayOf: first.replayOf }] });
  if (!recorded.has("executions", executionId))
    throw new FlowwError("INTERNAL", "The execution was not recorded.");
  return start(context, { request, head, executionId, waits }, caller);
}

function newExecution(
  { serverId }: ReceiveContext,
  {
    request: { match, origin },
    deliveryId,
    executionId,
    waits,
  }: { request: InboundRequest; deliveryId: string; executionId: string; waits: boolean },
) {
  const { trigger } = match.route;
  return {
    id: executionId,
    namespaceId: trigger.namespaceId,
    workflowId: trigger.workflowId,
    triggerId: trigger.id,
    deploymentId: waits || origin === "dev" ? trigger.deploymentId : null,
    deliveryId,
    origin: ExecutionOrigin[origin],
    mode: modeOf(trigger.input, waits),
    owner: waits ? serverId : null,
    event: null,
    input: null,
    inputArtifact: null,
    replayOf: null,
    isKeyed: false,
  };
}

const KEY_CHARACTERS_MAX = 255;

/** The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header), for callers that send the same thing again. */
function idempotencyKey({ headers, body, match, origin }: InboundRequest): EventKey | undefined {
  const given = headers.find(([name]) => name === "idempotency-key")?.[1];
  if (given === undefined || given === "") return undefined;
  if (given.length > KEY_CHARACTERS_MAX)
    throw new FlowwError(
      "INPUT_INVALID",
      `The Idempotency-Key has more than ${KEY_CHARACTERS_MAX} characters.`,
    );
  const { trigger } = match.route;
  return createEventKey(
    { triggerId: trigger.id, key: given, body },
    origin === "dev" ? trigger.deploymentId : undefined,
  );
}
