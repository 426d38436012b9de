import type { WireEvent } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { Database } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { Bells } from "../live/namespace-bells.ts";
import type { ExecutionLedger } from "./execution-ledger.ts";
import { birthsOf, planFlow, wasBorn } from "./flow/plan-flow.ts";
import type { ControlledTrigger } from "./flow/read-controls.ts";
import { takeTurn } from "./flow/take-turn.ts";
import type { QueueLengths } from "./queue-lengths.ts";
import { ExecutionMode, ExecutionOrigin } from "./states.ts";

export interface QueuedExecution {
  namespaceId: string;
  workflowId: string;
  trigger: ControlledTrigger;
  origin: number;
  event: WireEvent;
  replayOf?: string;
  /** Bound already: a dev session, in the place of the deployment. */
  deploymentId?: string;
}

export interface EnqueueContext {
  ledger: ExecutionLedger;
  database: Database;
  artifacts: ArtifactStore;
  queueLengths: Pick<QueueLengths, "assertRoom">;
  bells: Bells;
  wakeQueue(): void;
  wakeKey(flowKey: Buffer): void;
  wakeBatch(batchKey: Buffer): void;
}

/** Records an execution that nobody waits for; resolves with its id after the commit. @throws FlowwError QUEUE_FULL */
export async function enqueueExecution(context: EnqueueContext, queued: QueuedExecution): Promise<string> {
  const { head, body } = queued.event;
  const isBig = body.byteLength > limits.inlineBytesMax;
  const id = newUuid();
  const row = {
    id,
    namespaceId: queued.namespaceId,
    workflowId: queued.workflowId,
    triggerId: queued.trigger.id,
    deploymentId: queued.deploymentId ?? null,
    deliveryId: null,
    origin: queued.origin,
    mode: ExecutionMode.ack,
    owner: null,
    event: Buffer.from(JSON.stringify(head)),
    input: isBig || body.byteLength === 0 ? null : body,
    inputArtifact: isBig ? await context.artifacts.put(queued.namespaceId, body) : null,
    replayOf: queued.replayOf ?? null,
    isKeyed: false,
  };
  const isDev = queued.origin === ExecutionOrigin.dev;
  if (!isDev) context.queueLengths.assertRoom(queued.namespaceId);
  const plan = isDev ? undefined : await planFlow(context.database, queued.trigger, queued.event);
  const recorded = await context.ledger.commit(birthsOf([{ row, flow: plan }]));
  if (!wasBorn(recorded, id)) throw new FlowwError("INTERNAL", "The execution was not recorded.");
  await takeTurn(context, plan, { id });
  context.bells.executionChanged(queued.namespaceId, id);
  context.wakeQueue();
  return id;
}
