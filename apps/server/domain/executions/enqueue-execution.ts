import type { WireEvent } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { ExecutionLedger } from "./execution-ledger.ts";
import { ExecutionMode } from "./states.ts";

export interface QueuedExecution {
  namespaceId: string;
  workflowId: string;
  triggerId: string;
  origin: number;
  event: WireEvent;
  replayOf?: string;
  /** Bound already: a dev session, in the place of the deployment. */
  deploymentId?: string;
}

export interface EnqueueContext {
  ledger: ExecutionLedger;
  artifacts: ArtifactStore;
  wakeQueue(): void;
}

/** Records an execution that nobody waits for; resolves with its id after the commit. */
export async function enqueueExecution(context: EnqueueContext, queued: QueuedExecution): Promise<string> {
  const { head, body } = queued.event;
  const isBig = body.byteLength > limits.inlineBytesMax;
  const id = newUuid();
  const recorded = await context.ledger.commit({
    executions: [
      {
        id,
        namespaceId: queued.namespaceId,
        workflowId: queued.workflowId,
        triggerId: queued.triggerId,
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
      },
    ],
  });
  if (!recorded.has("executions", id)) throw new FlowwError("INTERNAL", "The execution was not recorded.");
  context.wakeQueue();
  return id;
}
