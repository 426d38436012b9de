import type { Queryable } from "../../../platform/db/database.ts";
import { ExecutionMode, ExecutionState, LogLevelNumber } from "../../executions/states.ts";
import { ringFor } from "../../live/tell-servers.ts";

/** An event that waits to become a part of a batch. */
export const GATHERS = `batch_key = $1 and state = ${ExecutionState.waiting} and batch_id is null`;

/** What gathers under one key, as far as one batch could take it. */
export interface Gathering {
  /** Of the version that is live now. */
  triggerInput: Buffer;
  count: number;
  /** Until the first has waited long enough. */
  dueInMs: number;
}

export async function findGathering(
  database: Queryable,
  key: Buffer,
  most: number,
): Promise<Gathering | undefined> {
  const found = await database.query<Gathering>(
    `select t.input as "triggerInput", gathering.count, gathering.due_in_ms as "dueInMs" from (
       select (array_agg(trigger_id))[1] as trigger_id, count(*)::integer as count,
         extract(epoch from min(due_at) - now())::float8 * 1000 as due_in_ms
       from (select trigger_id, due_at from executions where ${GATHERS} order by created_at, id limit $2) as oldest
     ) as gathering join triggers t on t.id = gathering.trigger_id`,
    [key, most],
  );
  return found.rows[0];
}

export interface Member {
  id: string;
  namespaceId: string;
  workflowId: string;
  triggerId: string;
  deliveryId: string | null;
  origin: number;
  priority: number;
  flowKey: Buffer | null;
  event: Buffer | null;
  input: Buffer | null;
  inputArtifact: string | null;
  isDue: boolean;
}

/** The oldest ones, locked: until they are part of a batch nobody else gets them, and nobody cancels them. */
export async function lockOldest(transaction: Queryable, key: Buffer, size: number): Promise<Member[]> {
  const found = await transaction.query<Member>(
    `select id, namespace_id as "namespaceId", workflow_id as "workflowId", trigger_id as "triggerId",
       delivery_id as "deliveryId", origin, priority, flow_key as "flowKey", event, input, input_artifact as "inputArtifact",
       due_at <= now() as "isDue"
     from executions where ${GATHERS} order by created_at, id limit $2 for update`,
    [key, size],
  );
  return found.rows;
}

export interface BatchRow {
  id: string;
  event: Buffer;
  input: Buffer | null;
  inputArtifact: string | null;
}

/** Its members keep waiting, for its end; `batch_id` of the batch itself says that they have not been told of that. */
export async function insertBatch(
  transaction: Queryable,
  { id, event, input, inputArtifact }: BatchRow,
  { members, publicId }: { members: readonly [Member, ...Member[]]; publicId: string },
): Promise<void> {
  const [{ namespaceId, workflowId, triggerId, origin, flowKey }] = members;
  await transaction.query(
    `insert into executions (id, batch_id, namespace_id, workflow_id, trigger_id, origin, mode, state, event, input,
       input_artifact, priority, flow_key)
     values ($1, $1, $2, $3, $4, $5, ${ExecutionMode.ack}, $6, $7, $8, $9, $10, $11)`,
    [
      id,
      namespaceId,
      workflowId,
      triggerId,
      origin,
      flowKey === null ? ExecutionState.received : ExecutionState.waiting,
      event,
      input,
      inputArtifact,
      Math.max(...members.map(({ priority }) => priority)),
      flowKey,
    ],
  );
  const ids = members.map((member) => member.id);
  await transaction.query(
    `update executions set batch_id = $1, batch_key = null, due_at = null, flow_key = null where id = any($2::uuid[])
     returning ${ringFor("executions")}`,
    [id, ids],
  );
  await transaction.query(
    `insert into execution_logs (execution_id, attempt, sequence, level, logged_at, text)
     select member.id, 1, ${AFTER_WARNINGS}, ${LogLevelNumber.info}, now(),
       convert_to(format('Event %s of %s of the batch %s.', member.place, $2::text, $3::text), 'utf8')
     from unnest($1::uuid[]) with ordinality as member (id, place)
     on conflict do nothing`,
    [ids, String(ids.length), publicId],
  );
}

/** Lines of its birth have 0; code of its own it never runs. */
const AFTER_WARNINGS = 1;

/** The trigger gathers no more: each of its events runs by itself. */
export async function releaseAll(transaction: Queryable, key: Buffer): Promise<void> {
  await transaction.query(
    `update executions e set batch_key = null, due_at = null,
       state = case when e.flow_key is null then ${ExecutionState.received} else ${ExecutionState.waiting} end
     from (select id from executions where ${GATHERS} order by id for update) as gathering where e.id = gathering.id`,
    [key],
  );
}

/** One whose event cannot be had ends by itself, and keeps no other from its batch. */
export async function failMember(transaction: Queryable, id: string, error: Buffer): Promise<void> {
  await transaction.query(
    `update executions set state = ${ExecutionState.failed}, finished_at = now(), batch_key = null, due_at = null, error = $2,
       is_dead = true
     where id = $1 returning ${ringFor("executions")}`,
    [id, error],
  );
}

/** Keys of which an event has waited long enough. */
export async function listDueKeys(database: Queryable, limit: number): Promise<Buffer[]> {
  const found = await database.query<{ key: Buffer }>(
    `select distinct batch_key as key from (
       select batch_key from executions
       where state = ${ExecutionState.waiting} and due_at <= now() and batch_key is not null order by due_at limit $1
     ) as due`,
    [limit],
  );
  return found.rows.map(({ key }) => key);
}

/** The events of a batch end as it did; resolves with how many those were. */
export async function endMembers(database: Queryable, limit: number): Promise<number> {
  const ended = await database.query<{ count: number }>(
    `with over as (
       select id, state, attempt, deployment_id, started_at, finished_at, error, flow_key from executions
       where batch_id = id and state >= ${ExecutionState.completed} order by id limit $1 for update skip locked
     ), members as (
       update executions m set state = over.state, attempt = over.attempt, deployment_id = over.deployment_id,
         started_at = over.started_at, finished_at = over.finished_at, error = over.error, flow_key = over.flow_key
       from over where m.batch_id = over.id and m.id <> over.id and m.state = ${ExecutionState.waiting}
       returning m.id, ${ringFor("m")}
     ), told as (
       update executions b set batch_id = null from over where b.id = over.id
     ) select count(*)::integer as count from members`,
    [limit],
  );
  return ended.rows[0]!.count;
}
