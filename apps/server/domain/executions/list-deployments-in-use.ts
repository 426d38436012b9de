import type { DriverName } from "@floww/contract/api";
import type { Queryable } from "../../platform/db/database.ts";
import type { TargetOf } from "../deployments/runtime-target.ts";
import { ExecutionState } from "./states.ts";

/** Deployments of a driver that new events go to, or that code is running of at this moment. */
export async function listDeploymentsInUse(database: Queryable, driver: DriverName): Promise<TargetOf[]> {
  const found = await database.query<TargetOf>(
    `select id as "deploymentId", namespace_id as "namespaceId", workflow_id as "workflowId",
       bundle_hash as "bundleHash", placed
     from deployments
     where runtime = $1 and (
       id in (select active_deployment_id from workflows where active_deployment_id is not null)
       or id in (select deployment_id from executions where state = $2 and deployment_id is not null))`,
    [driver, ExecutionState.started],
  );
  return found.rows;
}
