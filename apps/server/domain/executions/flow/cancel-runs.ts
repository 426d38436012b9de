import type { FlowwError } from "@floww/contract/errors";
import type { Queryable } from "../../../platform/db/database.ts";
import { cancelTree } from "../cancel-tree.ts";

/** Ends unfinished executions, and what they invoked and wait for, for a reason of flow control. */
export async function cancelRuns(
  transaction: Queryable,
  ids: readonly string[],
  reason: FlowwError,
): Promise<void> {
  if (ids.length === 0) return;
  await cancelTree(transaction, { ids, error: encodeReason(reason), isOwnerless: true });
}

/** As it stands in an execution's row. */
export function encodeReason({ code, message }: FlowwError): Buffer {
  return Buffer.from(JSON.stringify({ code, name: "FlowwError", message }));
}
