import type { Queryable } from "../../../platform/db/database.ts";

/** An execution, as far as a replay needs it. */
export interface RecordedExecution {
  id: string;
  namespaceId: string;
  workflowId: string;
  triggerId: string;
  handlerId: string;
  deploymentId: string | null;
  deliveryId: string | null;
  origin: number;
  event: Buffer | null;
  input: Buffer | null;
  inputArtifact: string | null;
}

export async function findRecorded(
  database: Queryable,
  namespaceId: string,
  id: string,
): Promise<RecordedExecution | undefined> {
  const found = await database.query<RecordedExecution>(
    `select e.id, e.namespace_id as "namespaceId", e.workflow_id as "workflowId", e.trigger_id as "triggerId",
       t.handler_id as "handlerId", e.deployment_id as "deploymentId", e.delivery_id as "deliveryId", e.origin, e.event,
       e.input, e.input_artifact as "inputArtifact"
     from executions e join triggers t on t.id = e.trigger_id
     where e.namespace_id = $1 and e.id = $2`,
    [namespaceId, id],
  );
  return found.rows[0];
}
