import type { RouteRequest, Routes } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Selection } from "../domain/deliveries/replays/select-items.ts";
import type { DeliveryFilter } from "../domain/deliveries/store.ts";
import { type DeliveryVerdict, verdictNumbers } from "../domain/deliveries/verdicts.ts";
import { findDeployment } from "../domain/deployments/store.ts";
import type { ExecutionFilter } from "../domain/executions/listing/execution-filter.ts";
import { ExecutionState } from "../domain/executions/states.ts";
import { findProviderById } from "../domain/providers/store.ts";
import { findTrigger } from "../domain/triggers/store.ts";
import { getWorkflow } from "../domain/workflows/get-workflow.ts";
import type { Queryable } from "../platform/db/database.ts";
import { newUuid } from "../platform/uuid-v7.ts";
import { uuidOf } from "./route-handler.ts";

type Given = RouteRequest<Routes["previewReplay"]>["body"];

/** What a replay of many is for: nothing that comes in from now on, so it never meets its own. @throws FlowwError NOT_FOUND */
export async function readSelection(
  database: Queryable,
  namespaceId: string,
  { executions, deliveries }: Given,
): Promise<Selection> {
  const untilId = newUuid();
  if (deliveries !== undefined) {
    const filter = readDeliveryFilter(namespaceId, deliveries);
    await requireOwn(database, filter);
    return { kind: "deliveries", filter, untilId };
  }
  const filter = readExecutionFilter(namespaceId, executions ?? {});
  await requireOwn(database, filter);
  return { kind: "executions", filter, untilId };
}

type GivenExecutionFilter = NonNullable<Given["executions"]>;

export function readExecutionFilter(namespaceId: string, given: GivenExecutionFilter): ExecutionFilter {
  const { status, triggerId, workflowId, deploymentId, from, to } = given;
  return {
    namespaceId,
    workflowId: workflowId === undefined ? undefined : uuidOf("workflow", workflowId),
    triggerId: triggerId === undefined ? undefined : uuidOf("trigger", triggerId),
    deploymentId: deploymentId === undefined ? undefined : uuidOf("deployment", deploymentId),
    state: status === undefined ? undefined : ExecutionState[status],
    fromMs: from === undefined ? undefined : Date.parse(from),
    toMs: to === undefined ? undefined : Date.parse(to),
  };
}

interface GivenFilter {
  workflowId?: string | undefined;
  providerId?: string | undefined;
  verdict?: DeliveryVerdict | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export function readDeliveryFilter(namespaceId: string, given: GivenFilter): DeliveryFilter {
  const { workflowId, providerId, verdict, from, to } = given;
  return {
    namespaceId,
    workflowId: workflowId === undefined ? undefined : uuidOf("workflow", workflowId),
    providerId: providerId === undefined ? undefined : uuidOf("provider", providerId),
    verdict: verdict === undefined ? undefined : verdictNumbers[verdict],
    fromMs: from === undefined ? undefined : Date.parse(from),
    toMs: to === undefined ? undefined : Date.parse(to),
  };
}

/** A filter that names what is not there would fit nothing, which looks like "all is well". */
export async function requireOwn(
  database: Queryable,
  { namespaceId, workflowId, providerId, triggerId, deploymentId }: DeliveryFilter & ExecutionFilter,
): Promise<void> {
  if (workflowId !== undefined) await getWorkflow(database, namespaceId, workflowId);
  if (triggerId !== undefined && (await findTrigger(database, namespaceId, triggerId)) === undefined)
    throw new FlowwError("NOT_FOUND", "There is no such trigger in this namespace.");
  if (deploymentId !== undefined && (await findDeployment(database, namespaceId, deploymentId)) === undefined)
    throw new FlowwError("NOT_FOUND", "There is no such deployment in this namespace.");
  if (providerId !== undefined && (await findProviderById(database, namespaceId, providerId)) === undefined)
    throw new FlowwError("NOT_FOUND", "There is no such provider in this namespace.");
}
