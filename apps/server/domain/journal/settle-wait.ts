import type { JournalError } from "@floww/contract/host-calls";
import type { Queryable } from "../../platform/db/database.ts";
import { ExecutionState } from "../executions/states.ts";
import { JournalState } from "./states.ts";
import { closeWaits } from "./store.ts";

export interface Settlement {
  executionId: string;
  key: Uint8Array;
  /** By the SDK's value codec. */
  value?: string;
  error?: JournalError;
}

/**
 * What a run waits for has come: records it, once, and makes the run ready if it waits. One that is still running keeps
 * the wake for when it goes to wait; one that shares a limit waits for a slot of it. False when it was settled before. In the caller's transaction.
 */
export async function settleWait(
  transaction: Queryable,
  { executionId, key, value, error }: Settlement,
): Promise<boolean> {
  const state = error === undefined ? JournalState.completed : JournalState.failed;
  const settled = await transaction.query(
    `update journal_entries set state = $3, value = $4, error = $5, settled_at = now()
     where execution_id = $1 and key = $2 and state = ${JournalState.pending} and due_at > now()`,
    [
      executionId,
      key,
      state,
      value === undefined ? null : Buffer.from(value),
      error === undefined ? null : Buffer.from(JSON.stringify(error)),
    ],
  );
  if (settled.rowCount !== 1) return false;
  await closeWaits(transaction, executionId, [key]);
  await transaction.query(`${WAKE} where id = $1 and state < ${ExecutionState.completed}`, [executionId]);
  return true;
}

export const WAKE = `update executions set is_woken = true,
   state = case when state = ${ExecutionState.waiting} and resumes and flow_key is null
     then ${ExecutionState.received} else state end,
   due_at = case when state = ${ExecutionState.waiting} and resumes then case when flow_key is null then now() end
     else due_at end`;
