import { FlowwError } from "@floww/contract/errors";
import type { Manifest } from "@floww/contract/manifest";
import type { Queryable } from "../../platform/db/database.ts";
import { type Deployment, markActivated } from "../deployments/store.ts";
import { workflowNotFound } from "../workflows/get-workflow.ts";
import { lockWorkflow, notifyWorkflowChanged, setActiveDeployment } from "../workflows/store.ts";
import { switchTriggers, type Trigger } from "./store.ts";

/**
 * The switch: triggers, schedules and routes of the workflow become this deployment's, in the caller's
 * transaction and under the workflow's lock, so that two switches never interleave.
 */
export async function activateDeployment(
  transaction: Queryable,
  deployment: Deployment,
  manifest: Manifest,
): Promise<{ triggers: Trigger[]; generation: number }> {
  const { namespaceId, workflowId, id: deploymentId } = deployment;
  const workflow = await lockWorkflow(transaction, namespaceId, workflowId);
  if (workflow === undefined) throw workflowNotFound(workflowId);
  if (workflow.activeDeploymentId === deploymentId) {
    throw new FlowwError("STATE_CONFLICT", `Version ${deployment.version} is the active one already.`);
  }
  await markActivated(transaction, deploymentId, workflow.activeDeploymentId);
  await setActiveDeployment(transaction, workflowId, deploymentId);
  const triggers = await switchTriggers(
    transaction,
    { namespaceId, workflowId, deploymentId },
    manifest.triggers,
  );
  return { triggers, generation: await notifyWorkflowChanged(transaction, workflowId) };
}
