import type { ProviderEventHead } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
import type { RunEnd, RuntimeTarget } from "@floww/executor/host";
import type { Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { runExecution } from "../executions/run-execution.ts";
import { modeOf, runPolicyOf } from "../executions/run-policy.ts";
import { ExecutionOrigin } from "../executions/states.ts";
import type { AnswerSink, RunContext } from "../executions/types.ts";
import { createEventKey, type EventKey, findFirstEvent } from "./delivery-keys.ts";
import { type Ledger, Verdict } from "./ledger.ts";
import { waitForEnd } from "./wait-for-end.ts";

export interface VendorEventContext extends RunContext {
  ledger: Ledger;
  database: Queryable;
}

/** One trigger that the event is for: of an active version, or of what a laptop runs. */
export interface EventTarget {
  trigger: {
    id: string;
    namespaceId: string;
    workflowId: string;
    handlerId: string;
    input: Record<string, unknown>;
  };
  /** The dev session's id for a laptop. */
  deploymentId: string;
  runtime: RuntimeTarget;
  origin: "webhook" | "dev";
  /** `handler`: the vendor waits for what the handler returns. */
  response: "handler" | "ack";
  driver: RunContext["driver"];
  wakeQueue(): void;
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
  /** Of the one execution whose answer the vendor waits for. */
  end?: Promise<RunEnd>;
}

interface Planned {
  id: string;
  target: EventTarget;
  waits: boolean;
  key: EventKey | undefined;
}

/** Records one verified delivery and an execution for each trigger that wants it, in one commit; a copy causes nothing new. */
export async function receiveVendorEvent(
  context: VendorEventContext,
  delivery: VendorDelivery,
  caller: AnswerSink,
): Promise<ReceivedEvent> {
  const deliveryId = newUuid();
  const plans = planRuns(delivery);
  const rows = await deliveryRow(context, delivery, deliveryId);
  const recorded = await context.ledger.commit({
    deliveries: [rows],
    executions: plans.map((plan) => newExecution(context, plan, deliveryId)),
    keys: plans.flatMap(({ id, key }) => (key === undefined ? [] : [{ ...key, id }])),
  });
  const received: ReceivedEvent = { executionIds: [] };
  let copies = 0;
  for (const plan of plans) {
    const isNew = recorded.has("executions", plan.id);
    const first = isNew ? undefined : await settleCopy(context, plan, deliveryId);
    if (first !== undefined) copies += 1;
    received.executionIds.push(formatId("execution", first ?? plan.id));
    if (!plan.waits) plan.target.wakeQueue();
    else if (first === undefined) received.end = run(context, plan, delivery, caller);
    else received.end = waitForEnd(context, delivery.provider.namespaceId, first);
  }
  if (copies > 0 && copies === plans.length)
    await context.ledger.commit({ verdicts: [{ id: deliveryId, verdict: Verdict.duplicate }] });
  return received;
}

/** One answer can be given: the first trigger that answers gives it, any other runs by itself. */
function planRuns({ targets, head: { deliveryId }, body }: VendorDelivery): Planned[] {
  const answering = targets.find(({ response }) => response === "handler");
  return targets.map((target) => {
    const { trigger, origin, deploymentId } = target;
    const key =
      deliveryId === undefined
        ? undefined
        : createEventKey(
            { triggerId: trigger.id, key: deliveryId, body },
            origin === "dev" ? deploymentId : undefined,
          );
    return { id: newUuid(), target, waits: target === answering, key };
  });
}

async function deliveryRow(
  { artifacts }: VendorEventContext,
  { provider, head, body, targets, remoteAddress }: VendorDelivery,
  id: string,
) {
  const { namespaceId, id: providerId } = provider;
  const isBig = body.byteLength > limits.inlineBytesMax;
  return {
    id,
    namespaceId,
    workflowId: null,
    triggerId: null,
    providerId,
    verdict: targets.length === 0 ? Verdict.filtered : Verdict.accepted,
    head: Buffer.from(JSON.stringify(head)),
    body: isBig ? null : body,
    bodyArtifact: isBig ? await artifacts.put(namespaceId, body) : null,
    remoteAddress,
  };
}

function newExecution(
  { serverId }: VendorEventContext,
  { id, target: { trigger, origin, deploymentId }, waits, key }: Planned,
  deliveryId: string,
) {
  return {
    id,
    namespaceId: trigger.namespaceId,
    workflowId: trigger.workflowId,
    triggerId: trigger.id,
    deploymentId: waits || origin === "dev" ? deploymentId : null,
    deliveryId,
    origin: ExecutionOrigin[origin],
    mode: modeOf(trigger.input, waits),
    owner: waits ? serverId : null,
    event: null,
    input: null,
    inputArtifact: null,
    replayOf: null,
    isKeyed: key !== undefined,
  };
}

/** The execution that the first one caused; undefined when that failed and this delivery is its replay. */
async function settleCopy(
  context: VendorEventContext,
  plan: Planned,
  deliveryId: string,
): Promise<string | undefined> {
  if (plan.key === undefined) throw new FlowwError("INTERNAL", "The execution was not recorded.");
  const first = await findFirstEvent(context.database, plan.key, plan.id);
  if (first.kind !== "again") return first.executionId;
  const row = { ...newExecution(context, plan, deliveryId), isKeyed: false, replayOf: first.replayOf };
  const recorded = await context.ledger.commit({ executions: [row] });
  if (!recorded.has("executions", plan.id))
    throw new FlowwError("INTERNAL", "The execution was not recorded.");
  return undefined;
}

async function run(
  context: VendorEventContext,
  { id, target }: Planned,
  { head, body }: VendorDelivery,
  caller: AnswerSink,
): Promise<RunEnd> {
  const { trigger, runtime, driver, origin } = target;
  const outcome = await runExecution(
    { ...context, driver },
    {
      id,
      publicId: formatId("execution", id),
      namespaceId: trigger.namespaceId,
      target: runtime,
      handlerId: trigger.handlerId,
      attempt: 1,
      epoch: 1,
      policy: runPolicyOf(trigger.input, { origin: ExecutionOrigin[origin], isAcknowledged: false }),
      event: { head, body },
    },
    caller,
  );
  return outcome.state === "retrying" ? waitForEnd(context, trigger.namespaceId, id) : outcome;
}
