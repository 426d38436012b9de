import type { LaneFragment } from "../../platform/db/lane-statement.ts";
import type { StartedRow } from "../executions/ledger-fragments.ts";
import { ExecutionState } from "../executions/states.ts";
import { JournalKindNumber, JournalState } from "./states.ts";

/** What a step came to. Written only while the start that says so is the one in force. */
export interface StepRow extends Omit<StartedRow, "id"> {
  /** Of this write: a commit whose answer got lost can be sent once more. */
  id: string;
  executionId: string;
  key: Uint8Array;
  position: number;
  state: number;
  value: Uint8Array | null;
  valueArtifact: string | null;
  error: Uint8Array | null;
  attempts: number;
  /** Until it is tried again. */
  delayMs: number | null;
}

export const stepsFragment: LaneFragment<StepRow> = {
  name: "steps",
  dayOf: ({ executionId }) => executionId,
  columns: [
    { name: "id", type: "uuid", value: (row) => row.id },
    { name: "execution_id", type: "uuid", value: (row) => row.executionId },
    { name: "owner", type: "uuid", value: (row) => row.owner },
    { name: "epoch", type: "int4", value: (row) => row.epoch },
    { name: "key", type: "bytea", value: (row) => row.key },
    { name: "position", type: "int4", value: (row) => row.position },
    { name: "state", type: "int2", value: (row) => row.state },
    { name: "value", type: "bytea", value: (row) => row.value },
    { name: "value_artifact", type: "text", value: (row) => row.valueArtifact },
    { name: "error", type: "bytea", value: (row) => row.error },
    { name: "attempts", type: "int4", value: (row) => row.attempts },
    { name: "delay_ms", type: "int4", value: (row) => row.delayMs },
  ],
  sql: (source, { partition }) => `
    insert into ${partition("journal_entries")} as entry (execution_id, namespace_id, key, position, kind, state, value, value_artifact, error, attempts,
      due_at, settled_at, write_id)
    select given.execution_id, execution.namespace_id, given.key, given.position, ${JournalKindNumber.step}, given.state, given.value,
      given.value_artifact, given.error, given.attempts, now() + given.delay_ms * interval '1 millisecond',
      case when given.state <> ${JournalState.pending} then now() end, given.id
    from ${source} join ${partition("executions")} as execution on execution.id = given.execution_id
    where execution.owner = given.owner and execution.epoch = given.epoch
      and execution.state + 0 = ${ExecutionState.started}
    on conflict (execution_id, key) do update
      set state = excluded.state, value = excluded.value, value_artifact = excluded.value_artifact, error = excluded.error,
        attempts = excluded.attempts, due_at = excluded.due_at, settled_at = excluded.settled_at, write_id = excluded.write_id
      where entry.kind = ${JournalKindNumber.step}
        and (entry.state <> ${JournalState.completed} or entry.write_id = excluded.write_id)
    returning write_id as id`,
};
