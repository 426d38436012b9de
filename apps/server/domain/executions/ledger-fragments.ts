import type { LaneColumn, LaneFragment } from "../../platform/db/lane.ts";
import { ExecutionState } from "./states.ts";

/** A new execution. With an owner it is started in the same commit: its caller waits and this server runs it. */
export interface NewExecutionRow {
  id: string;
  namespaceId: string;
  workflowId: string;
  triggerId: string;
  deploymentId: string | null;
  deliveryId: string | null;
  origin: number;
  mode: number;
  owner: string | null;
  event: Uint8Array | null;
  input: Uint8Array | null;
  inputArtifact: string | null;
  replayOf: string | null;
}

/** Names one start of one execution: the condition of every later write. */
export interface StartedRow {
  id: string;
  owner: string;
  epoch: number;
}

export interface AnsweredRow extends StartedRow {
  answer: Uint8Array;
  output: Uint8Array | null;
  outputArtifact: string | null;
}

export interface FinishedRow extends StartedRow {
  state: number;
  runMs: number;
  answer: Uint8Array | null;
  output: Uint8Array | null;
  outputArtifact: string | null;
  error: Uint8Array | null;
}

export interface LogRow {
  executionId: string;
  attempt: number;
  sequence: number;
  level: number;
  atMs: number;
  text: Uint8Array;
}

function started<Row extends StartedRow>(): LaneColumn<Row>[] {
  return [
    { name: "id", type: "uuid", value: (row) => row.id },
    { name: "owner", type: "uuid", value: (row) => row.owner },
    { name: "epoch", type: "int4", value: (row) => row.epoch },
  ];
}

/**
 * `state + 0` hides the state from the planner: with it in sight it walks the index of unfinished executions, which is
 * full of dead entries under load, in place of the primary key, which leads to one partition and one row.
 */
const OURS = "execution.id = given.id and execution.owner = given.owner and execution.epoch = given.epoch";
const STILL_OURS = `${OURS} and execution.state + 0 = ${ExecutionState.started}`;
/** The same end again is no other end: a commit whose answer got lost can be sent once more. */
const OURS_TO_END = `${OURS} and execution.state + 0 in (${ExecutionState.started}, given.state)`;

/** `keys` is the earlier fragment that says for which executions the event was not seen before. */
export const executionsFragment: LaneFragment<NewExecutionRow & { isKeyed: boolean }> = {
  name: "executions",
  columns: [
    { name: "id", type: "uuid", value: (row) => row.id },
    { name: "namespace_id", type: "uuid", value: (row) => row.namespaceId },
    { name: "workflow_id", type: "uuid", value: (row) => row.workflowId },
    { name: "trigger_id", type: "uuid", value: (row) => row.triggerId },
    { name: "deployment_id", type: "uuid", value: (row) => row.deploymentId },
    { name: "delivery_id", type: "uuid", value: (row) => row.deliveryId },
    { name: "origin", type: "int2", value: (row) => row.origin },
    { name: "mode", type: "int2", value: (row) => row.mode },
    { name: "owner", type: "uuid", value: (row) => row.owner },
    { name: "event", type: "bytea", value: (row) => row.event },
    { name: "input", type: "bytea", value: (row) => row.input },
    { name: "input_artifact", type: "text", value: (row) => row.inputArtifact },
    { name: "replay_of", type: "uuid", value: (row) => row.replayOf },
    { name: "keyed", type: "int2", value: (row) => (row.isKeyed ? 1 : 0) },
  ],
  sql: (source, present) => `
    insert into executions (id, namespace_id, workflow_id, trigger_id, deployment_id, delivery_id, origin, mode, state,
      attempt, epoch, owner, started_at, event, input, input_artifact, replay_of)
    select id, namespace_id, workflow_id, trigger_id, deployment_id, delivery_id, origin, mode,
      case when owner is null then ${ExecutionState.received} else ${ExecutionState.started} end,
      case when owner is null then 0 else 1 end, case when owner is null then 0 else 1 end, owner,
      case when owner is null then null else now() end, event, input, input_artifact, replay_of
    from ${source}
    ${present.has("keys") ? "where keyed = 0 or exists (select from keys where keys.id = given.id)" : ""}
    returning id`,
};

export const answeredFragment: LaneFragment<AnsweredRow> = {
  name: "answered",
  columns: [
    ...started<AnsweredRow>(),
    { name: "answer", type: "bytea", value: (row) => row.answer },
    { name: "output", type: "bytea", value: (row) => row.output },
    { name: "output_artifact", type: "text", value: (row) => row.outputArtifact },
  ],
  sql: (source) => `
    update executions as execution
    set answer = given.answer, output = given.output, output_artifact = given.output_artifact
    from ${source} where ${STILL_OURS}
    returning execution.id`,
};

export const finishedFragment: LaneFragment<FinishedRow> = {
  name: "finished",
  columns: [
    ...started<FinishedRow>(),
    { name: "state", type: "int2", value: (row) => row.state },
    { name: "run_ms", type: "int4", value: (row) => row.runMs },
    { name: "answer", type: "bytea", value: (row) => row.answer },
    { name: "output", type: "bytea", value: (row) => row.output },
    { name: "output_artifact", type: "text", value: (row) => row.outputArtifact },
    { name: "error", type: "bytea", value: (row) => row.error },
  ],
  sql: (source) => `
    update executions as execution
    set state = given.state, finished_at = coalesce(execution.finished_at, now()), run_ms = given.run_ms, error = given.error,
      answer = coalesce(given.answer, execution.answer),
      output = coalesce(given.output, execution.output),
      output_artifact = coalesce(given.output_artifact, execution.output_artifact)
    from ${source} where ${OURS_TO_END}
    returning execution.id`,
};

export const logsFragment: LaneFragment<LogRow> = {
  name: "logs",
  isSilent: true,
  columns: [
    { name: "execution_id", type: "uuid", value: (row) => row.executionId },
    { name: "attempt", type: "int4", value: (row) => row.attempt },
    { name: "sequence", type: "int4", value: (row) => row.sequence },
    { name: "level", type: "int2", value: (row) => row.level },
    { name: "logged_at", type: "timestamptz", value: (row) => new Date(row.atMs) },
    { name: "text", type: "bytea", value: (row) => row.text },
  ],
  sql: (source) => `
    insert into execution_logs (execution_id, attempt, sequence, level, logged_at, text)
    select execution_id, attempt, sequence, level, logged_at, text from ${source}
    on conflict do nothing`,
};
