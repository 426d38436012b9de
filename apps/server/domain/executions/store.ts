import type { PlacedRuntime } from "@floww/executor/host";
import type { Queryable } from "../../platform/db/database.ts";
import { INTERRUPTIONS_MAX } from "./decide-end.ts";
import { interruptionsOf, type StartHistory, withHistory } from "./start-history.ts";
import { ExecutionMode, ExecutionOrigin, ExecutionState } from "./states.ts";

export interface Execution {
  id: string;
  namespaceId: string;
  workflowId: string;
  triggerId: string;
  deploymentId: string | null;
  deliveryId: string | null;
  origin: number;
  mode: number;
  state: number;
  attempt: number;
  epoch: number;
  owner: string | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  runMs: number | null;
  heldBy: string | null;
  error: Buffer | null;
  replayOf: string | null;
  /** Of an event: what it ran as a part of. A batch's own until its events are told of its end. */
  batchId: string | null;
  /** As the workflow is called now. */
  workflowName: string;
  handlerId: string;
  /** None before its start, and on a laptop. */
  version: number | null;
}

export interface ExecutionDetail extends Execution {
  event: Buffer | null;
  input: Buffer | null;
  inputArtifact: string | null;
  answer: Buffer | null;
  output: Buffer | null;
  outputArtifact: string | null;
  /** When its newest start was due, where that was not its first. */
  dueAt: Date | null;
  /** Its next start goes on with the same attempt. */
  resumes: boolean;
  bootMs: number | null;
}

const COLUMNS = `e.id, e.namespace_id as "namespaceId", e.workflow_id as "workflowId", e.trigger_id as "triggerId",
  e.deployment_id as "deploymentId", e.delivery_id as "deliveryId", e.origin, e.mode, e.state, e.attempt, e.epoch, e.owner,
  e.created_at as "createdAt", e.started_at as "startedAt", e.finished_at as "finishedAt", e.run_ms as "runMs", e.held_by as "heldBy", e.error,
  e.replay_of as "replayOf", e.batch_id as "batchId", w.name as "workflowName", t.handler_id as "handlerId", d.version`;

const NAMED = `executions e join workflows w on w.id = e.workflow_id join triggers t on t.id = e.trigger_id
     left join deployments d on d.id = e.deployment_id`;

/** Those of them that are there, in no order. */
export async function listExecutionsById(database: Queryable, ids: readonly string[]): Promise<Execution[]> {
  if (ids.length === 0) return [];
  const found = await database.query<Execution>(
    `select ${COLUMNS} from ${NAMED} where e.id = any($1::uuid[])`,
    [ids],
  );
  return found.rows;
}

export async function findExecutionDetail(
  database: Queryable,
  namespaceId: string,
  id: string,
): Promise<ExecutionDetail | undefined> {
  const found = await database.query<ExecutionDetail>(
    `select ${COLUMNS}, e.event, e.input, e.input_artifact as "inputArtifact", e.answer, e.output,
       e.output_artifact as "outputArtifact", e.due_at as "dueAt", e.resumes, e.boot_ms as "bootMs"
     from ${NAMED} where e.namespace_id = $1 and e.id = $2`,
    [namespaceId, id],
  );
  return found.rows[0];
}

/** A claimed execution, with all that its run needs but the event. */
export interface ClaimedExecution extends StartHistory {
  id: string;
  namespaceId: string;
  workflowId: string;
  deploymentId: string | null;
  deliveryId: string | null;
  origin: number;
  attempt: number;
  epoch: number;
  event: Buffer | null;
  input: Buffer | null;
  inputArtifact: string | null;
  /** An earlier start gave its caller the answer. */
  isAnswered: boolean;
  handlerId: string;
  triggerType: string;
  triggerInput: Buffer;
  bundleHash: string | null;
  placed: PlacedRuntime | null;
  mode: number;
  /** It holds a slot of this limit. */
  flowKey: Buffer | null;
  /** Events wait for its end. */
  isBatch: boolean;
}

/** What every way of claiming returns, with the executions already marked as started by this server. */
export const CLAIM = `update executions e
       set state = ${ExecutionState.started}, owner = $1, epoch = e.epoch + 1, started_at = now(),
         boot_ms = null, run_ms = null, expires_at = null, held_by = null,
         attempt = case when e.resumes then e.attempt else e.attempt + 1 end, resumes = false, is_woken = false,
         deployment_id = coalesce(e.deployment_id, t.deployment_id)
       from next, triggers t
       where e.id = next.id and t.id = e.trigger_id
       returning e.id, e.namespace_id as "namespaceId", e.workflow_id as "workflowId", e.deployment_id as "deploymentId",
         e.delivery_id as "deliveryId", e.attempt, e.epoch,
         e.event, e.input, e.input_artifact as "inputArtifact",
         e.answer is not null as "isAnswered", e.origin, e.mode, e.flow_key as "flowKey", e.batch_id is not null as "isBatch", t.handler_id as "handlerId",
         t.type as "triggerType", t.input as "triggerInput"`;

/** Enough to say that it has changed. */
export interface NamedExecution {
  id: string;
  namespaceId: string;
}

const ID_AND_NAMESPACE = 'e.id, e.namespace_id as "namespaceId"';

/**
 * Makes ready what has waited long enough; what shares a limit then waits for a slot of it. Resolves with which those
 * were, the dev sessions and limits among them, and how long it is until the next one, as far as anybody knows now.
 */
export async function promoteDue(
  database: Queryable,
  limit: number,
): Promise<{
  executions: NamedExecution[];
  devSessionIds: string[];
  flowKeys: Buffer[];
  nextInMs: number | undefined;
}> {
  const promoted = await database.query<
    NamedExecution & { origin: number; deploymentId: string; flowKey: Buffer | null }
  >(
    `update executions e set due_at = case when e.flow_key is null then e.due_at end,
       state = case when e.flow_key is null then ${ExecutionState.received} else ${ExecutionState.waiting} end
     from (
       select id from executions where state = ${ExecutionState.waiting} and due_at <= now() and batch_key is null
       order by due_at limit $1 for update skip locked
     ) as due
     where e.id = due.id
     returning ${ID_AND_NAMESPACE}, e.origin, e.deployment_id as "deploymentId", e.flow_key as "flowKey"`,
    [limit],
  );
  const next = await database.query<{ ms: number | null }>(
    `select extract(epoch from min(due_at) - now())::float8 * 1000 as ms from executions where state = ${ExecutionState.waiting}`,
  );
  const dev = promoted.rows.filter(({ origin }) => origin === ExecutionOrigin.dev);
  return {
    executions: promoted.rows,
    devSessionIds: [...new Set(dev.map(({ deploymentId }) => deploymentId))],
    flowKeys: promoted.rows.flatMap(({ flowKey }) => flowKey ?? []),
    nextInMs: next.rows[0]?.ms ?? undefined,
  };
}

/** The same for what waits for one laptop: a dev session stands in the place of the deployment. */
export async function claimForSession(
  database: Queryable,
  {
    serverId,
    sessionId,
    waitHours,
    limit,
  }: { serverId: string; sessionId: string; waitHours: number; limit: number },
): Promise<Omit<ClaimedExecution, "bundleHash" | "placed">[]> {
  const claimed = await database.query<Omit<ClaimedExecution, "bundleHash" | "placed" | keyof StartHistory>>(
    `with next as (
       select id from executions
       where state = ${ExecutionState.received} and origin = ${ExecutionOrigin.dev} and deployment_id = $2
         and created_at > now() - make_interval(hours => $3)
       order by id limit $4 for update skip locked
     ) ${CLAIM}`,
    [serverId, sessionId, waitHours, limit],
  );
  return withHistory(database, claimed.rows);
}

export async function countWaitingForSession(database: Queryable, sessionId: string): Promise<number> {
  const counted = await database.query<{ count: number }>(
    `select count(*)::integer as count from executions
     where state = ${ExecutionState.received} and origin = ${ExecutionOrigin.dev} and deployment_id = $1`,
    [sessionId],
  );
  return counted.rows[0]!.count;
}

const OF_SESSION = `state = ${ExecutionState.started} and origin = ${ExecutionOrigin.dev}`;

/** The server that has a dev session's event in hand; undefined when none has. */
export async function findSessionRunOwner(
  database: Queryable,
  { id, sessionId }: { id: string; sessionId: string },
): Promise<{ id: string; isAlive: boolean } | undefined> {
  const found = await database.query<{ id: string; isAlive: boolean }>(
    `select e.owner as id, exists (select from servers s where s.id = e.owner and s.lease_until > now()) as "isAlive"
     from executions e where e.id = $1 and e.deployment_id = $2 and e.owner is not null and ${OF_SESSION}`,
    [id, sessionId],
  );
  return found.rows[0];
}

/** The servers that have events of a dev session in hand. */
export async function listSessionRunOwners(database: Queryable, sessionId: string): Promise<string[]> {
  const found = await database.query<{ owner: string }>(
    `select distinct owner from executions where deployment_id = $1 and owner is not null and ${OF_SESSION}`,
    [sessionId],
  );
  return found.rows.map(({ owner }) => owner);
}

/** Whether this start of the execution is still the one in force. */
export async function isStillStarted(
  database: Queryable,
  { id, owner, epoch }: { id: string; owner: string; epoch: number },
): Promise<boolean> {
  const found = await database.query(
    `select from executions where id = $1 and owner = $2 and epoch = $3 and state = ${ExecutionState.started}`,
    [id, owner, epoch],
  );
  return found.rowCount === 1;
}

/** What waits for this provider's credential goes on. */
export async function releaseHeld(database: Queryable, providerId: string): Promise<void> {
  await database.query(
    `update executions set due_at = now() where held_by = $1 and state = ${ExecutionState.waiting}`,
    [providerId],
  );
}

/** What is under way as part of a batch ends with it, and not by itself. */
export function notInBatch(table: string): string {
  return `(${table}.batch_id is null or ${table}.batch_id = ${table}.id)`;
}

export const EXECUTION_CANCELLED = "execution_cancelled";

/** A caller that waited is gone, so a `handler` run is interrupted; everything else runs again. */
const reap = (which: string) => `with orphan as (
       select id, attempt, started_at,
         mode <> ${ExecutionMode.handler} and ${interruptionsOf("executions.id")} + 1 < ${INTERRUPTIONS_MAX} as again
       from executions where state = ${ExecutionState.started} and ${which}
       for update skip locked
     ), lost as (
       insert into execution_attempts (execution_id, attempt, started_at, ended_at, state, error)
       select id, attempt, started_at, now(), ${ExecutionState.interrupted}, $1 from orphan where again
       on conflict do nothing
     ) update executions e
     set is_dead = not again and mode <> ${ExecutionMode.handler},
       state = case when again then ${ExecutionState.received} else ${ExecutionState.interrupted} end,
       finished_at = case when again then null else now() end, error = case when again then null else $1::bytea end,
       due_at = case when again then now() end, owner = null
     from orphan where e.id = orphan.id
     returning ${ID_AND_NAMESPACE}, not again as "isOver"`;

export interface ReapedExecution extends NamedExecution {
  /** It has ended, and is not run again. */
  isOver: boolean;
}

/** Ends or re-queues what was started by servers whose lease is over; resolves with what that was. */
export async function reapOrphans(database: Queryable, error: Buffer): Promise<ReapedExecution[]> {
  const ownerIsDead = `not exists (
         select from servers where servers.id = executions.owner and servers.lease_until > now())`;
  const updated = await database.query<ReapedExecution>(reap(ownerIsDead), [error]);
  return updated.rows;
}

/** Names one start of an execution. */
export interface StartedRun {
  id: string;
  epoch: number;
}

/** What the database says that a server is at work on. */
export async function listStarted(database: Queryable, serverId: string): Promise<StartedRun[]> {
  const found = await database.query<StartedRun>(
    `select id, epoch from executions where state = ${ExecutionState.started} and owner = $1`,
    [serverId],
  );
  return found.rows;
}

/** The same as for orphans, for starts of which a living server knows nothing. */
export async function reapForgotten(
  database: Queryable,
  { serverId, error, runs }: { serverId: string; error: Buffer; runs: readonly StartedRun[] },
): Promise<ReapedExecution[]> {
  const updated = await database.query<ReapedExecution>(
    reap("owner = $2 and (id, epoch) in (select * from unnest($3::uuid[], $4::integer[]))"),
    [error, serverId, runs.map(({ id }) => id), runs.map(({ epoch }) => epoch)],
  );
  return updated.rows;
}

export const LEASE_SECONDS = 5;

/** Renews this server's lease, or takes it for the first time. By the database's clock, which all servers share. */
export async function renewLease(
  database: Queryable,
  serverId: string,
  { unknownWebhooks = 0 }: { unknownWebhooks?: number } = {},
): Promise<void> {
  await database.query(
    `insert into servers (id, lease_until, unknown_webhooks) values ($1, now() + interval '${LEASE_SECONDS} seconds', $2)
     on conflict (id) do update set lease_until = excluded.lease_until, unknown_webhooks = excluded.unknown_webhooks`,
    [serverId, unknownWebhooks],
  );
}

export async function endLease(database: Queryable, serverId: string): Promise<void> {
  await database.query("delete from servers where id = $1", [serverId]);
}

export async function forgetDeadServers(database: Queryable): Promise<void> {
  await database.query("delete from servers where lease_until < now() - interval '1 hour'");
}
