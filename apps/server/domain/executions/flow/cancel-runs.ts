import type { FlowwError } from "@floww/contract/errors";
import type { Queryable } from "../../../platform/db/database.ts";
import { ExecutionState } from "../states.ts";
import { LOCKED_TREE, NOTIFY_CANCELLED, notInBatch } from "../store.ts";

/**
 * Ends unfinished executions, and what they invoked and wait for, for a reason of flow control; every server hears of each.
 * Without an owner: what the run says of its own end must not hide the reason.
 */
export async function cancelRuns(
  transaction: Queryable,
  ids: readonly string[],
  reason: FlowwError,
): Promise<void> {
  if (ids.length === 0) return;
  await transaction.query(
    `with recursive tree as (
       select id from executions where id = any($1::uuid[]) and state < ${ExecutionState.completed}
         and ${notInBatch("executions")}
       union all
       select child.id from executions child join tree on child.parent_id = tree.id
       where child.parent_key is not null and child.state < ${ExecutionState.completed}
         and ${notInBatch("child")}
     ), ${LOCKED_TREE}, cancelled as (
       update executions set state = ${ExecutionState.cancelled}, finished_at = now(), due_at = null, owner = null, error = $2
       from locked where executions.id = locked.id and executions.state < ${ExecutionState.completed}
         and ${notInBatch("executions")}
       returning executions.id, executions.namespace_id)
     ${NOTIFY_CANCELLED}`,
    [ids, encodeReason(reason)],
  );
}

/** As it stands in an execution's row. */
export function encodeReason({ code, message }: FlowwError): Buffer {
  return Buffer.from(JSON.stringify({ code, name: "FlowwError", message }));
}
