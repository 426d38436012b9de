import type { Queryable } from "../../platform/db/database.ts";

export interface Workflow {
  id: string;
  namespaceId: string;
  name: string;
  description: string;
  key: string;
  activeDeploymentId: string | null;
  pausedAt: Date | null;
  createdAt: Date;
}

const COLUMNS = `id, namespace_id as "namespaceId", name, description, key,
  active_deployment_id as "activeDeploymentId", paused_at as "pausedAt", created_at as "createdAt"`;

export type NewWorkflow = Omit<Workflow, "activeDeploymentId" | "pausedAt" | "createdAt">;

export async function insertWorkflow(database: Queryable, workflow: NewWorkflow): Promise<Workflow> {
  const inserted = await database.query<Workflow>(
    `insert into workflows (id, namespace_id, name, description, key) values ($1, $2, $3, $4, $5) returning ${COLUMNS}`,
    [workflow.id, workflow.namespaceId, workflow.name, workflow.description, workflow.key],
  );
  return inserted.rows[0]!;
}

export async function findWorkflow(
  database: Queryable,
  namespaceId: string,
  id: string,
): Promise<Workflow | undefined> {
  const found = await database.query<Workflow>(
    `select ${COLUMNS} from workflows where namespace_id = $1 and id = $2 and deleted_at is null`,
    [namespaceId, id],
  );
  return found.rows[0];
}

export interface WorkflowChange {
  namespaceId: string;
  id: string;
  /** Undefined: it stays. */
  name: string | undefined;
  description: string | undefined;
}

/** Undefined when there is none. */
export async function changeWorkflow(
  database: Queryable,
  { namespaceId, id, name, description }: WorkflowChange,
): Promise<Workflow | undefined> {
  const updated = await database.query<Workflow>(
    `update workflows set name = coalesce($3, name), description = coalesce($4, description)
     where namespace_id = $1 and id = $2 and deleted_at is null returning ${COLUMNS}`,
    [namespaceId, id, name, description],
  );
  return updated.rows[0];
}

/** For a decision about the workflow: whoever else wants to take one waits. */
export async function lockWorkflow(
  transaction: Queryable,
  namespaceId: string,
  id: string,
): Promise<Workflow | undefined> {
  const found = await transaction.query<Workflow>(
    `select ${COLUMNS} from workflows where namespace_id = $1 and id = $2 and deleted_at is null for update`,
    [namespaceId, id],
  );
  return found.rows[0];
}

export interface WorkflowPage {
  namespaceId: string;
  name: string | undefined;
  beforeId: string | undefined;
  limit: number;
}

export async function listWorkflows(database: Queryable, page: WorkflowPage): Promise<Workflow[]> {
  const found = await database.query<Workflow>(
    `select ${COLUMNS} from workflows
     where namespace_id = $1 and deleted_at is null and ($2::text is null or name = $2) and ($3::uuid is null or id < $3)
     order by id desc limit $4`,
    [page.namespaceId, page.name, page.beforeId, page.limit],
  );
  return found.rows;
}

export async function setActiveDeployment(
  transaction: Queryable,
  workflowId: string,
  deploymentId: string,
): Promise<void> {
  await transaction.query("update workflows set active_deployment_id = $2 where id = $1", [
    workflowId,
    deploymentId,
  ]);
}

/** Undefined when there is none; one that is so already stays so since when it was. */
export async function setPaused(
  transaction: Queryable,
  { namespaceId, id, isPaused }: { namespaceId: string; id: string; isPaused: boolean },
): Promise<Workflow | undefined> {
  const updated = await transaction.query<Workflow>(
    `update workflows set paused_at = case when $3 then coalesce(paused_at, now()) end
     where namespace_id = $1 and id = $2 and deleted_at is null returning ${COLUMNS}`,
    [namespaceId, id, isPaused],
  );
  return updated.rows[0];
}

/** Those that were paused last first. */
export async function listPausedWorkflows(
  database: Queryable,
  namespaceId: string,
  limit: number,
): Promise<{ id: string; name: string; pausedAt: Date }[]> {
  const found = await database.query<{ id: string; name: string; pausedAt: Date }>(
    `select id, name, paused_at as "pausedAt" from workflows
     where namespace_id = $1 and paused_at is not null and deleted_at is null order by paused_at desc limit $2`,
    [namespaceId, limit],
  );
  return found.rows;
}

/** True when it was there. */
export async function markWorkflowDeleted(
  transaction: Queryable,
  namespaceId: string,
  id: string,
): Promise<boolean> {
  const updated = await transaction.query(
    `update workflows set deleted_at = now(), active_deployment_id = null
     where namespace_id = $1 and id = $2 and deleted_at is null`,
    [namespaceId, id],
  );
  return updated.rowCount === 1;
}

export const WORKFLOW_CHANGED = "workflow_changed";

/** Tells every server, when the transaction commits, to read the workflow's routes again. Resolves with their generation. */
export async function notifyWorkflowChanged(transaction: Queryable, workflowId: string): Promise<number> {
  const raised = await transaction.query<{ generation: string }>(
    "update workflows set generation = generation + 1 where id = $1 returning generation",
    [workflowId],
  );
  await transaction.query("select pg_notify($1, $2)", [WORKFLOW_CHANGED, workflowId]);
  return Number(raised.rows[0]?.generation ?? 0);
}

/** True once one was live or was deleted, anywhere on this server. */
export async function hasHadWorkflows(database: Queryable): Promise<boolean> {
  const found = await database.query(
    "select from workflows where active_deployment_id is not null or deleted_at is not null limit 1",
  );
  return found.rowCount === 1;
}
