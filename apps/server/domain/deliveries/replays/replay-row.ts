import type { Queryable } from "../../../platform/db/database.ts";
import { newUuid } from "../../../platform/uuid-v7.ts";
import { ExecutionMode, ExecutionOrigin, ExecutionState } from "../../executions/states.ts";
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

/** Resolves with their ids. In the caller's transaction: a replay of many moves its cursor in the same. */
export async function insertReplays(transaction: Queryable, rows: readonly ReplayRow[]): Promise<string[]> {
  const ids: string[] = [];
  for (const row of rows) {
    const id = newUuid();
    await transaction.query(
      `insert into executions (id, namespace_id, workflow_id, trigger_id, deployment_id, delivery_id, origin, mode, state,
         event, input, input_artifact, replay_of, epoch)
       values ($1, $2, $3, $4, $5, $6, ${ExecutionOrigin.replay}, ${ExecutionMode.ack}, ${ExecutionState.received},
         $7, $8, $9, $10, $11)`,
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
    ids.push(id);
  }
  return ids;
}
