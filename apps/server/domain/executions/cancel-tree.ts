import type { Queryable } from "../../platform/db/database.ts";
import { ringFor } from "../live/tell-servers.ts";
import { ExecutionState } from "./states.ts";
import { EXECUTION_CANCELLED, notInBatch } from "./store.ts";

interface Cancel {
  error: Buffer;
  /** Only in this one. */
  namespaceId?: string;
  /** What the run says of its own end must not hide the reason. */
  isOwnerless?: true;
}

/**
 * Ends executions that have not finished, whoever owns them, and those that they invoked and wait for; every server hears of
 * each. Resolves with how many those were. In a transaction of the caller's.
 *
 * What a run invokes is recorded while its row is locked, and not once it has ended (registerWait()). One that was recorded
 * while this waited for that row is not in sight of the same statement, so the next looks for children of what the last has
 * ended, until there are none.
 */
export async function cancelTree(
  transaction: Queryable,
  { ids, ...cancel }: Cancel & { ids: readonly string[] },
): Promise<number> {
  let ended = await endTrees(transaction, "id = any($1)", ids, cancel);
  let count = ended.length;
  while (ended.length > 0) {
    ended = await endTrees(transaction, "parent_id = any($1) and parent_key is not null", ended, cancel);
    count += ended.length;
  }
  return count;
}

async function endTrees(
  transaction: Queryable,
  roots: string,
  ids: readonly string[],
  { namespaceId, error, isOwnerless }: Cancel,
): Promise<string[]> {
  const ended = await transaction.query<{ id: string }>(
    `with recursive tree as (
       select id from executions where ${roots} and ($3::uuid is null or namespace_id = $3) and state < ${ExecutionState.completed} and ${notInBatch("executions")}
       union all
       select child.id from executions child join tree on child.parent_id = tree.id
       where child.parent_key is not null and child.state < ${ExecutionState.completed} and ${notInBatch("child")}
     ), locked as (
       -- In the order of ids, as everybody who locks several.
       select id from executions where id in (select id from tree) order by id for update
     ), cancelled as (
       update executions set state = ${ExecutionState.cancelled}, finished_at = now(), error = $2
         ${isOwnerless === true ? ", due_at = null, owner = null" : ""}
       from locked where executions.id = locked.id and executions.state < ${ExecutionState.completed} and ${notInBatch("executions")}
       returning executions.id, executions.namespace_id
     )
     select id, pg_notify('${EXECUTION_CANCELLED}', id::text), ${ringFor("cancelled")} from cancelled`,
    [ids, error, namespaceId ?? null],
  );
  return ended.rows.map(({ id }) => id);
}
