import type { WebhookEventHead } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { AnswerSink, RunContext } from "../executions/types.ts";
import type { WebhookMatch } from "../triggers/route-table.ts";
import { createEventKey, type EventKey } from "./delivery-keys.ts";
import { Verdict } from "./ledger.ts";
import { pausedError } from "./paused-error.ts";
import {
  type PlannedRun,
  type Received,
  type RecordContext,
  recordEvent,
  startCaused,
} from "./record-event.ts";

export interface ReceiveContext extends RecordContext {
  driver: RunContext["driver"];
  /** A recorded execution waits to be claimed. */
  wakeQueue(): void;
  /** The live version got an event that it had not seen before. */
  onLiveEvent(event: { workflowId: string; executionId: string }): void;
}

export interface InboundRequest {
  match: WebhookMatch;
  /** `dev`: for a laptop; its session stands in the place of the deployment. */
  origin: "webhook" | "dev";
  method: string;
  path: string;
  query: string;
  headers: [string, string][];
  /** What its sender says that tells copies of it from others. */
  sentKey: string | undefined;
  body: Buffer;
  remoteAddress: string;
}

/**
 * Steps 4 to 6 of the incoming flow: commit the delivery and its execution, run, commit the end.
 *
 * @throws FlowwError IDEMPOTENCY_KEY_REUSED: the caller can be told, and can do better; WEBHOOK_PAUSED, with the delivery kept
 */
export async function receiveWebhook(
  context: ReceiveContext,
  request: InboundRequest,
  caller: AnswerSink,
): Promise<Received> {
  const { trigger } = request.match.route;
  const { namespaceId, workflowId, id: triggerId } = trigger;
  const receivedAtMs = Date.now();
  const event = { head: eventHead(request, receivedAtMs), body: request.body };
  const run = planRun(context, request, receivedAtMs);
  // Whoever waits is not kept waiting; what is only to be acknowledged lies in the queue until the workflow is resumed.
  const isHeld = trigger.isPaused && run.waits;
  const accepted = request.origin === "dev" ? Verdict.dev : Verdict.accepted;
  const verdict = isHeld ? Verdict.paused : accepted;
  const { remoteAddress } = request;
  const [caused] = await recordEvent(context, {
    delivery: { namespaceId, workflowId, triggerId, providerId: null, verdict, remoteAddress },
    event,
    runs: isHeld ? [] : [run],
    receivedAtMs,
  });
  if (isHeld) throw pausedError();
  if (caused!.kind === "copy" && caused!.hasOtherBody) throw new FlowwError("IDEMPOTENCY_KEY_REUSED");
  if (caused!.kind === "new" && request.origin === "webhook")
    context.onLiveEvent({ workflowId, executionId: caused!.executionId });
  return startCaused(context, caused!, { event, caller });
}

function eventHead({ match, ...request }: InboundRequest, receivedAtMs: number): WebhookEventHead {
  return {
    type: "webhook",
    method: request.method,
    path: request.path,
    query: request.query,
    params: match.params,
    headers: request.headers,
    receivedAt: new Date(receivedAtMs).toISOString(),
  };
}

function planRun(
  { driver, wakeQueue }: ReceiveContext,
  request: InboundRequest,
  receivedAtMs: number,
): PlannedRun {
  const { trigger, target } = request.match.route;
  const { id, namespaceId, workflowId, handlerId, input } = trigger;
  return {
    id: newUuid(receivedAtMs),
    trigger: { id, namespaceId, workflowId, handlerId, input },
    deploymentId: trigger.deploymentId,
    runtime: target,
    origin: request.origin,
    waits: input.response !== "ack",
    key: eventKey(request),
    driver,
    wakeQueue,
  };
}

function eventKey({ sentKey, body, match, origin }: InboundRequest): EventKey | undefined {
  if (sentKey === undefined) return undefined;
  const { trigger } = match.route;
  return createEventKey(
    { triggerId: trigger.id, key: sentKey, body },
    origin === "dev" ? trigger.deploymentId : undefined,
  );
}
