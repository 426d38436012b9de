import { FlowwError } from "@floww/contract/errors";
import type { TriggerOptions } from "@floww/contract/trigger-options";
import type { Database, Queryable } from "../../../platform/db/database.ts";
import { ExecutionState } from "../states.ts";
import { cancelRuns } from "./cancel-runs.ts";
import { decideSlots, type HeldRun } from "./decide-slots.ts";

/** An execution whose caller waits at this server: admitted, it starts here and not by way of the queue. */
export interface WaitingRun {
  id: string;
  owner: string;
  deploymentId: string;
}

interface Key {
  flowKey: Buffer;
  limit: number;
  strategy: NonNullable<TriggerOptions["concurrency"]>["strategy"];
  running: number;
}

/** Of one key at one time: a newcomer beyond these is looked at the next time. */
const SURPLUS_MAX = 500;

/**
 * Fills the free slots of some flow keys. Only here does a key gain runs, under a lock of its own, so that its limit holds
 * over all servers; that it loses them needs no lock. Resolves with what may go and what is dropped.
 */
export async function settleSlots(
  database: Database,
  flowKeys: readonly Buffer[],
  mine?: WaitingRun,
): Promise<{ admitted: Set<string>; dropped: Set<string> }> {
  return database.transaction(async (transaction) => {
    await lockKeys(transaction, flowKeys);
    // A statement of its own after the lock: it sees what others did under it.
    const keys = await listKeys(transaction, flowKeys);
    const admitted: string[] = [];
    const dropped: string[] = [];
    const replaced: string[] = [];
    const heldByKey = await listHeld(transaction, keys);
    for (const key of keys) {
      const decision = decideSlots({ ...key, held: heldByKey.get(key.flowKey.toString("hex")) ?? [] });
      admitted.push(...decision.admitted);
      dropped.push(...decision.dropped);
      replaced.push(...decision.replaced, ...(await listOldest(transaction, key, decision.replacedRunning)));
    }
    await cancelRuns(transaction, dropped, new FlowwError("RUN_DROPPED"));
    await cancelRuns(transaction, replaced, new FlowwError("RUN_REPLACED"));
    await admit(transaction, admitted, mine);
    return { admitted: new Set(admitted), dropped: new Set(dropped) };
  });
}

/** Until the end of the transaction, over all servers. */
export async function lockKeys(transaction: Queryable, flowKeys: readonly Buffer[]): Promise<void> {
  const locks = flowKeys.map((key) => key.readBigInt64BE(0).toString());
  // In one order everywhere, or two servers wait for each other.
  await transaction.query(
    "select pg_advisory_xact_lock(lock) from (select distinct lock from unnest($1::bigint[]) as lock order by lock) as ordered",
    [locks],
  );
}

/** The limits are those of the version that is live now; a key whose trigger has none any more has room for all. */
async function listKeys(transaction: Queryable, flowKeys: readonly Buffer[]): Promise<Key[]> {
  const found = await transaction.query<{ flowKey: Buffer; input: Buffer; running: number }>(
    `select k.flow_key as "flowKey", t.input, (
       select count(*)::integer from executions e
       where e.flow_key = k.flow_key and e.state in (${ExecutionState.received}, ${ExecutionState.started})) as running
     from unnest($1::bytea[]) as k (flow_key)
     cross join lateral (select trigger_id from executions e where e.flow_key = k.flow_key and e.state < ${ExecutionState.completed} limit 1) as any_run
     join triggers t on t.id = any_run.trigger_id`,
    [flowKeys],
  );
  return found.rows.map(({ flowKey, input, running }) => {
    const { concurrency } = JSON.parse(input.toString("utf8")) as TriggerOptions;
    const { limit = Number.MAX_SAFE_INTEGER, strategy = "queue" } = concurrency ?? {};
    return { flowKey, running, limit, strategy };
  });
}

async function listHeld(transaction: Queryable, keys: readonly Key[]): Promise<Map<string, HeldRun[]>> {
  const take = keys.map(({ limit, strategy, running }) =>
    Math.min(SURPLUS_MAX, Math.max(0, limit - running) + (strategy === "queue" ? 0 : SURPLUS_MAX)),
  );
  const found = await transaction.query<HeldRun & { flowKey: Buffer }>(
    `select k.flow_key as "flowKey", held.id, held.epoch = 0 as "isNew"
     from unnest($1::bytea[], $2::integer[]) as k (flow_key, take) cross join lateral (
       select id, epoch, priority, created_at from executions e
       where e.flow_key = k.flow_key and e.state = ${ExecutionState.waiting} and e.due_at is null
       order by priority desc, created_at, id limit k.take) as held
     order by held.priority desc, held.created_at, held.id`,
    [keys.map(({ flowKey }) => flowKey), take],
  );
  return Map.groupBy(found.rows, ({ flowKey }) => flowKey.toString("hex"));
}

async function listOldest(transaction: Queryable, { flowKey }: Key, count: number): Promise<string[]> {
  if (count === 0) return [];
  const found = await transaction.query<{ id: string }>(
    `select id from executions where flow_key = $1 and state in (${ExecutionState.received}, ${ExecutionState.started})
     order by created_at, id limit $2`,
    [flowKey, count],
  );
  return found.rows.map(({ id }) => id);
}

async function admit(
  transaction: Queryable,
  admitted: readonly string[],
  mine: WaitingRun | undefined,
): Promise<void> {
  if (admitted.length === 0) return;
  const held = `state = ${ExecutionState.waiting} and due_at is null`;
  const isMine = mine !== undefined && admitted.includes(mine.id);
  if (isMine)
    await transaction.query(
      `update executions set state = ${ExecutionState.started}, owner = $2, deployment_id = $3, epoch = 1, attempt = 1,
         started_at = now(), expires_at = null
       where id = $1 and epoch = 0 and ${held}`,
      [mine.id, mine.owner, mine.deploymentId],
    );
  await transaction.query(
    `update executions e set state = ${ExecutionState.received}
     from (select id from executions where id = any($1::uuid[]) and ${held} order by id for update) as free
     where e.id = free.id`,
    [admitted.filter((id) => !isMine || id !== mine.id)],
  );
}

/** Keys that have runs waiting for a slot, after one of them: what a server left behind is found again this way. */
export async function listHeldKeys(database: Queryable, after: Buffer, limit: number): Promise<Buffer[]> {
  const held = `flow_key is not null and state = ${ExecutionState.waiting} and due_at is null`;
  const found = await database.query<{ flowKey: Buffer }>(
    `with recursive keys (flow_key) as (
       (select flow_key from executions where ${held} and flow_key > $1 order by flow_key limit 1)
       union all
       select (select e.flow_key from executions e where ${held} and e.flow_key > keys.flow_key order by e.flow_key limit 1)
       from keys where keys.flow_key is not null
     ) select flow_key as "flowKey" from keys where flow_key is not null limit $2`,
    [after, limit],
  );
  return found.rows.map(({ flowKey }) => flowKey);
}
