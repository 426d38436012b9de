import type { SetupEventHead, TeardownEventHead } from "@floww/contract/abi";
import type { Queryable } from "../../../platform/db/database.ts";
import { newUuid } from "../../../platform/uuid-v7.ts";
import { ExecutionMode, ExecutionOrigin, ExecutionState } from "../states.ts";

/** A webhook whose address is to be told. */
export interface Untold {
  triggerId: string;
  namespaceId: string;
  deploymentId: string;
  hasTeardown: boolean;
  workflowKey: string;
  path: string;
}

export interface SetUp {
  id: string;
  triggerId: string;
  namespaceId: string;
  deploymentId: string;
  hasTeardown: boolean;
  webhookUrl: string;
  /** The run of its `setup` has ended, however: what it had to remember is known. */
  isOver: boolean;
}

/** One at a time settles a workflow, and no switch comes between. False when it is not there. */
export async function lockForSetUps(transaction: Queryable, workflowId: string): Promise<boolean> {
  const found = await transaction.query("select from workflows where id = $1 for update", [workflowId]);
  return found.rowCount === 1;
}

/** Webhooks of active versions that want to be set up. */
export async function listWanted(transaction: Queryable, workflowId: string): Promise<Untold[]> {
  const found = await transaction.query<Omit<Untold, "path"> & { input: Buffer }>(
    `select t.id as "triggerId", t.namespace_id as "namespaceId", t.deployment_id as "deploymentId",
       t.has_teardown as "hasTeardown", w.key as "workflowKey", t.input
     from triggers t join workflows w on w.id = t.workflow_id
     where t.workflow_id = $1 and t.has_setup and t.deployment_id is not null and w.deleted_at is null
     order by t.handler_id`,
    [workflowId],
  );
  return found.rows.map(({ input, ...row }) => ({
    ...row,
    path: (JSON.parse(input.toString("utf8")) as { path: string }).path,
  }));
}

/** What is set up and was not taken back. */
export async function listSetUps(transaction: Queryable, workflowId: string): Promise<SetUp[]> {
  const found = await transaction.query<SetUp>(
    `select s.id, s.trigger_id as "triggerId", s.namespace_id as "namespaceId", s.deployment_id as "deploymentId",
       s.has_teardown as "hasTeardown", s.webhook_url as "webhookUrl",
       coalesce(e.state >= ${ExecutionState.completed}, true) as "isOver"
     from set_ups s left join executions e on e.id = s.id where s.workflow_id = $1 and s.ended_by is null`,
    [workflowId],
  );
  return found.rows;
}

/** Records the run of a webhook's `setup`; resolves with its id. */
export async function beginSetUp(
  transaction: Queryable,
  workflowId: string,
  { triggerId, namespaceId, deploymentId, hasTeardown, webhookUrl }: Omit<SetUp, "id" | "isOver">,
): Promise<string> {
  const head: SetupEventHead = { type: "setup", webhookUrl };
  const id = await insertRun(transaction, workflowId, {
    triggerId,
    namespaceId,
    deploymentId,
    head,
    origin: ExecutionOrigin.setup,
  });
  await transaction.query(
    `insert into set_ups (id, namespace_id, workflow_id, trigger_id, deployment_id, has_teardown, webhook_url)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, namespaceId, workflowId, triggerId, deploymentId, hasTeardown, webhookUrl],
  );
  return id;
}

/** It goes on under another version. */
export async function keepSetUp(
  transaction: Queryable,
  id: string,
  { deploymentId, hasTeardown }: Pick<SetUp, "deploymentId" | "hasTeardown">,
): Promise<void> {
  await transaction.query("update set_ups set deployment_id = $2, has_teardown = $3 where id = $1", [
    id,
    deploymentId,
    hasTeardown,
  ]);
}

/** Records the run of its `teardown`, where there is one. */
export async function endSetUp(transaction: Queryable, workflowId: string, setUp: SetUp): Promise<void> {
  const head: TeardownEventHead = { type: "teardown", webhookUrl: setUp.webhookUrl };
  const endedBy = setUp.hasTeardown
    ? await insertRun(transaction, workflowId, { ...setUp, head, origin: ExecutionOrigin.teardown })
    : setUp.id;
  await transaction.query("update set_ups set ended_by = $2 where id = $1", [setUp.id, endedBy]);
}

interface AddressRun {
  namespaceId: string;
  triggerId: string;
  deploymentId: string;
  head: SetupEventHead | TeardownEventHead;
  origin: number;
}

async function insertRun(
  transaction: Queryable,
  workflowId: string,
  { namespaceId, triggerId, deploymentId, head, origin }: AddressRun,
): Promise<string> {
  const id = newUuid();
  await transaction.query(
    `insert into executions (id, namespace_id, workflow_id, trigger_id, deployment_id, origin, mode, state, event)
     values ($1, $2, $3, $4, $5, $6, ${ExecutionMode.ack}, ${ExecutionState.received}, $7)`,
    [id, namespaceId, workflowId, triggerId, deploymentId, origin, Buffer.from(JSON.stringify(head))],
  );
  return id;
}

/** Workflows where something is to be set up or taken back: what a crash left between a switch and this. */
export async function listUnsettled(database: Queryable, limit: number): Promise<string[]> {
  const found = await database.query<{ workflowId: string }>(
    `select t.workflow_id as "workflowId" from triggers t join workflows w on w.id = t.workflow_id
     where t.has_setup and t.deployment_id is not null and w.deleted_at is null
       and not exists (select from set_ups s where s.trigger_id = t.id and s.ended_by is null)
     union
     select s.workflow_id from set_ups s join triggers t on t.id = s.trigger_id
     where s.ended_by is null and (t.deployment_id is null or not t.has_setup)
     limit $1`,
    [limit],
  );
  return found.rows.map(({ workflowId }) => workflowId);
}

/** Of the run of a `setup`, or of its replay; false for any other run. */
export async function setMetadata(database: Queryable, runId: string, value: Buffer): Promise<boolean> {
  const updated = await database.query(
    `update set_ups s set metadata = $2 from executions e
     where e.id = $1 and s.id in (e.id, e.replay_of) and s.ended_by is null`,
    [runId, value],
  );
  return updated.rowCount === 1;
}

/** For the run of a `teardown`, or of its replay; undefined for any other run. */
export async function findMetadata(
  database: Queryable,
  runId: string,
): Promise<{ metadata: Buffer | null } | undefined> {
  const found = await database.query<{ metadata: Buffer | null }>(
    `select s.metadata from executions e join set_ups s on s.ended_by in (e.id, e.replay_of) where e.id = $1`,
    [runId],
  );
  return found.rows[0];
}
