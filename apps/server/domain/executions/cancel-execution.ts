import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import type { Database } from "../../platform/db/database.ts";
import { cancelTree } from "./cancel-tree.ts";
import { ExecutionState, executionStateName } from "./states.ts";
import { findExecutionDetail } from "./store.ts";

/** What stands in the row of an execution that a person ended. */
export const CANCELLED = Buffer.from(
  JSON.stringify({ code: "RUN_CANCELLED", name: "FlowwError", message: "The run was cancelled." }),
);

/** Decided in the database: whatever the run still reports then changes nothing. Its server hears of it and ends it. @throws FlowwError NOT_FOUND, STATE_CONFLICT */
export async function cancelExecution(
  { database, wakeQueue }: { database: Database; wakeQueue(): void },
  namespaceId: string,
  id: string,
): Promise<void> {
  const publicId = formatId("execution", id);
  const cancel = { namespaceId, ids: [id], error: CANCELLED };
  const cancelled = await database.transaction((transaction) => cancelTree(transaction, cancel));
  // Who invoked it may wait for its end.
  if (cancelled > 0) return wakeQueue();
  const found = await findExecutionDetail(database, namespaceId, id);
  if (found === undefined)
    throw new FlowwError("NOT_FOUND", `There is no execution ${publicId} in this namespace.`);
  if (found.batchId !== null && found.state === ExecutionState.waiting)
    throw new FlowwError("STATE_CONFLICT", "The event runs as a part of a batch, and ends with it.", {
      fix: `Cancel the batch: ${formatId("execution", found.batchId)}.`,
    });
  throw new FlowwError("STATE_CONFLICT", `The execution has ended: ${executionStateName(found.state)}.`);
}
