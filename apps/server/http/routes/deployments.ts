import type { deployed as deployedShape } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import type { z } from "zod";
import type { ServerContext } from "../../context.ts";
import { presentDeployment } from "../../domain/deployments/present.ts";
import { putBundle } from "../../domain/deployments/put-bundle.ts";
import { readSource } from "../../domain/deployments/read-source.ts";
import { createRuntimeTarget } from "../../domain/deployments/runtime-target.ts";
import { findBundle, findDeployment, getManifest, listDeployments } from "../../domain/deployments/store.ts";
import { type Deployed, deployBundle, rollBack } from "../../domain/triggers/deploy-bundle.ts";
import { presentTrigger } from "../../domain/triggers/present.ts";
import { getWorkflow } from "../../domain/workflows/get-workflow.ts";
import { presentWorkflow } from "../../domain/workflows/present.ts";
import { readCursor, toPage } from "../page.ts";
import { readMappings } from "../read-mappings.ts";
import { type RouteCall, type RouteHandlers, uuidOf } from "../route-handler.ts";

type Handled =
  | "getBundle"
  | "putBundle"
  | "createDeployment"
  | "listDeployments"
  | "getDeploymentSource"
  | "getDeploymentManifest"
  | "activateDeployment";

export const deploymentHandlers: Pick<RouteHandlers, Handled> = {
  getBundle: async ({ params }, { context, namespace }) => {
    const bundle = await findBundle(context.database, namespace.id, params.hash);
    if (bundle === undefined)
      throw new FlowwError("NOT_FOUND", `The bundle ${params.hash} was not uploaded here.`);
    return { hash: bundle.hash, bytes: bundle.codeBytes + bundle.mapBytes };
  },

  putBundle: async ({ params, query, body }, { context, namespace }) => {
    const bundle = { namespaceId: namespace.id, hash: params.hash, codeBytes: query.codeBytes, bytes: body };
    await putBundle(context, bundle);
  },

  createDeployment: async ({ params, body }, call) => {
    const workflowId = uuidOf("workflow", params.workflowId);
    const namespaceId = call.namespace.id;
    await getWorkflow(call.context.database, namespaceId, workflowId);
    const { providers, ...rest } = body;
    const mappings = readMappings(providers);
    const request = {
      namespaceId,
      workflowId,
      ...rest,
      mappings,
      createdBy: call.principal.name,
      namespaceDriver: call.namespace.driver,
    };
    return presentSwitched(await deployBundle(call.context, request), call);
  },

  listDeployments: async ({ params, query }, { context, namespace }) => {
    const workflow = await getWorkflow(context.database, namespace.id, uuidOf("workflow", params.workflowId));
    const beforeId = readCursor("deployment", query.cursor);
    const page = { namespaceId: namespace.id, workflowId: workflow.id, beforeId, limit: query.limit + 1 };
    const rows = await listDeployments(context.database, page);
    const present = (row: (typeof rows)[number]) => presentDeployment(row, workflow.activeDeploymentId);
    return toPage("deployment", rows, { limit: query.limit, present });
  },

  getDeploymentSource: async ({ params }, { context, namespace }) => {
    const deployment = await getDeployment(context, namespace.id, params);
    const target = { ...deployment, deploymentId: uuidOf("deployment", params.deploymentId) };
    const { map } = await createRuntimeTarget(context, target).bundle();
    return { deploymentId: params.deploymentId, version: deployment.version, ...readSource(map) };
  },

  getDeploymentManifest: async ({ params }, { context, namespace }) => {
    await getDeployment(context, namespace.id, params);
    return getManifest(context.database, uuidOf("deployment", params.deploymentId));
  },

  activateDeployment: async ({ params, body }, call) => {
    const workflowId = uuidOf("workflow", params.workflowId);
    const wanted = { namespaceId: call.namespace.id, workflowId, version: body.version };
    return presentSwitched(await rollBack(call.context, wanted), call);
  },
};

/** @throws FlowwError NOT_FOUND for another workflow's as well */
async function getDeployment(
  { database }: Pick<ServerContext, "database">,
  namespaceId: string,
  { workflowId, deploymentId }: { workflowId: string; deploymentId: string },
) {
  const workflow = await getWorkflow(database, namespaceId, uuidOf("workflow", workflowId));
  const deployment = await findDeployment(database, namespaceId, uuidOf("deployment", deploymentId));
  if (deployment !== undefined && deployment.workflowId === workflow.id) return deployment;
  throw new FlowwError("NOT_FOUND", `${workflow.name} has no deployment ${deploymentId}.`);
}

async function presentSwitched(deployed: Deployed, call: RouteCall): Promise<z.input<typeof deployedShape>> {
  const warnings = await call.context.settleSetUps(deployed.deployment.workflowId);
  return presentDeployed({ ...deployed, warnings: [...deployed.warnings, ...warnings] }, call);
}

async function presentDeployed(
  { deployment, triggers, warnings, timingsMs }: Deployed,
  { context, namespace }: RouteCall,
): Promise<z.input<typeof deployedShape>> {
  const workflow = await getWorkflow(context.database, namespace.id, deployment.workflowId);
  const { webhookUrl } = presentWorkflow(workflow, context.webhookUrl());
  return {
    deploymentId: formatId("deployment", deployment.id),
    workflowId: formatId("workflow", deployment.workflowId),
    version: deployment.version,
    runtime: deployment.runtime,
    triggers: triggers.map((trigger) => presentTrigger(trigger, webhookUrl)),
    warnings,
    timingsMs,
  };
}
