import type { ProviderEventHead } from "@floww/contract/abi";
import type { RunEnd } from "@floww/executor/host";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { AnswerSink } from "../executions/types.ts";
import { createEventKey } from "./delivery-keys.ts";
import { Verdict } from "./ledger.ts";
import { pausedError } from "./paused-error.ts";
import { type PlannedRun, type RecordContext, recordEvent, startCaused } from "./record-event.ts";

/** One trigger that the event is for: of an active version, or of what a laptop runs. */
export interface EventTarget extends Omit<PlannedRun, "id" | "waits" | "key"> {
  /** Its workflow keeps its events for later. */
  isPaused: boolean;
  /** `handler`: the vendor waits for what the handler returns. */
  response: "handler" | "ack";
}

export interface VendorDelivery {
  provider: { id: string; namespaceId: string };
  head: ProviderEventHead;
  body: Buffer;
  targets: readonly EventTarget[];
  remoteAddress: string;
}

export interface ReceivedEvent {
  /** Public ids of what it caused, or had caused before. */
  executionIds: string[];
  /** The one execution whose answer the vendor waits for. */
  answering?: { executionId: string; end: Promise<RunEnd> };
}

/**
 * Records one verified delivery and an execution for each trigger that wants it, in one commit; a copy causes nothing new.
 *
 * A vendor's delivery id is its word for "the same event", also where the bytes differ: some count their tries inside
 * the body. It is answered as the copy that it is, since no vendor could do anything about a 422 but switch the webhook
 * off; the delivery keeps its own bytes and says that they differ.
 *
 * @throws FlowwError WEBHOOK_PAUSED when the one whose answer the vendor waits for is paused; the others have their events
 */
export async function receiveVendorEvent(
  context: RecordContext,
  { provider, head, body, targets, remoteAddress }: VendorDelivery,
  caller: AnswerSink,
): Promise<ReceivedEvent> {
  const { namespaceId, id: providerId } = provider;
  const event = { head, body };
  const { runs, isHeld } = planRuns(targets, event);
  const verdict = isHeld ? Verdict.paused : targets.length === 0 ? Verdict.filtered : Verdict.accepted;
  const all = await recordEvent(context, {
    delivery: { namespaceId, workflowId: null, triggerId: null, providerId, verdict, remoteAddress },
    event,
    runs,
    receivedAtMs: Date.now(),
  });
  const received: ReceivedEvent = { executionIds: [] };
  for (const caused of all) {
    const { executionId, end } = await startCaused(context, caused, { event, caller });
    received.executionIds.push(executionId);
    if (end !== undefined) received.answering = { executionId, end };
  }
  if (isHeld) throw pausedError();
  return received;
}

/** One answer can be given: the first trigger that answers and is not paused gives it, any other runs by itself. */
function planRuns(
  targets: readonly EventTarget[],
  { head: { deliveryId }, body }: { head: ProviderEventHead; body: Buffer },
): { runs: PlannedRun[]; isHeld: boolean } {
  const [answering] = targets
    .filter(({ response }) => response === "handler")
    .sort((one, other) => Number(one.isPaused) - Number(other.isPaused));
  const isHeld = answering?.isPaused === true;
  const runs = targets.flatMap((target) => {
    if (isHeld && target === answering) return [];
    const { trigger, origin, deploymentId } = target;
    const key =
      deliveryId === undefined
        ? undefined
        : createEventKey(
            { triggerId: trigger.id, key: deliveryId, body },
            origin === "dev" ? deploymentId : undefined,
          );
    return [{ ...target, id: newUuid(), waits: target === answering, key }];
  });
  return { runs, isHeld };
}
