import type { Queryable } from "../../../platform/db/database.ts";
import { newUuid } from "../../../platform/uuid-v7.ts";
import { ExecutionMode, ExecutionOrigin, ExecutionState } from "../../executions/states.ts";
import type { NamedExecution } from "../../executions/store.ts";
import { copyJournal, type JournalPart } from "../../journal/copy-journal.ts";

/** One execution that a replay makes. */
export interface ReplayRow {
  namespaceId: string;
  workflowId: string;
  triggerId: string;
  /** Of the version that ran the event then; none for the one that is live when the run starts. */
  deploymentId: string | null;
  deliveryId: string | null;
  /** None: the event is the delivery's. */
  event: Buffer | null;
  /** None: the body is the delivery's. */
  input: Buffer | null;
  inputArtifact: string | null;
  replayOf: string | null;
  /** What was journalled before one of its steps goes along. */
  restart?: JournalPart;
}

/**
 * Resolves with what it made. What was replayed shares its limit of `concurrency` with its replay; the other options are about
 * what comes by itself, and a person has asked for this. In the caller's transaction: a replay of many moves its cursor in the same.
 */
export async function insertReplays(
  transaction: Queryable,
  rows: readonly ReplayRow[],
): Promise<NamedExecution[]> {
  const born: NamedExecution[] = [];
  for (const row of rows) {
    const id = newUuid();
    await transaction.query(
      `insert into executions (id, namespace_id, workflow_id, trigger_id, deployment_id, delivery_id, origin, mode, state,
         event, input, input_artifact, replay_of, priority, flow_key, epoch)
       select $1, $2, $3, $4, $5, $6, ${ExecutionOrigin.replay}, ${ExecutionMode.ack},
         case when first.flow_key is null then ${ExecutionState.received} else ${ExecutionState.waiting} end,
         $7, $8, $9, $10, coalesce(first.priority, 0), first.flow_key, $11::integer
       from (select) as replay left join executions as first on first.id = $10`,
      [
        id,
        row.namespaceId,
        row.workflowId,
        row.triggerId,
        row.deploymentId,
        row.deliveryId,
        row.event,
        row.input,
        row.inputArtifact,
        row.replayOf,
        // As if it had been started before: then a run reads its journal.
        row.restart === undefined ? 0 : 1,
      ],
    );
    if (row.restart !== undefined) await copyJournal(transaction, row.restart, id);
    born.push({ id, namespaceId: row.namespaceId });
  }
  return born;
}
