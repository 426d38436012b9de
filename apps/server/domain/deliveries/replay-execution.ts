import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { Queryable } from "../../platform/db/database.ts";
import { type EnqueueContext, enqueueExecution } from "../executions/enqueue-execution.ts";
import { ExecutionOrigin } from "../executions/states.ts";
import { findExecutionDetail } from "../executions/store.ts";
import { findTrigger } from "../triggers/store.ts";
import { loadEvent } from "./load-event.ts";

export interface ReplayContext extends EnqueueContext {
  database: Queryable;
  artifacts: ArtifactStore;
}

/** Runs a recorded event again on the active deployment, as a new execution that names the old one. */
export async function replayExecution(
  context: ReplayContext,
  namespaceId: string,
  id: string,
): Promise<string> {
  const original = await findExecutionDetail(context.database, namespaceId, id);
  if (original === undefined) {
    throw new FlowwError(
      "NOT_FOUND",
      `There is no execution ${formatId("execution", id)} in this namespace.`,
    );
  }
  const trigger = await findTrigger(context.database, namespaceId, original.triggerId);
  if (trigger === undefined || trigger.deploymentId === null) {
    throw new FlowwError("STATE_CONFLICT", `The active version has no handler "${original.handlerId}".`, {
      fix: "Deploy a version that has it, or roll back to one.",
    });
  }
  return enqueueExecution(context, {
    namespaceId,
    workflowId: original.workflowId,
    triggerId: original.triggerId,
    origin: ExecutionOrigin.replay,
    event: await loadEvent(context, original),
    replayOf: id,
  });
}
