import type { Column } from "../../platform/db/binary-rows.ts";
import type { LaneFragment } from "../../platform/db/lane-statement.ts";
import { ExecutionMode, ExecutionOrigin, ExecutionState } from "./states.ts";

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
  answer: string;
  output: Uint8Array | null;
  outputArtifact: string | null;
}

export interface FinishedRow extends StartedRow {
  state: number;
  /** Until a process had taken the event; null where its driver does not say. */
  bootMs: number | null;
  runMs: number;
  answer: string | null;
  output: Uint8Array | null;
  outputArtifact: string | null;
  error: Uint8Array | null;
}

/** A start that ended without an end: another attempt is due later, or its journal waits. */
export interface RequeuedRow extends StartedRow {
  how: "again" | "waits";
  /** Of `again`. */
  delayMs: number;
  /** The provider whose credential it waits for. */
  heldBy: string | null;
  bootMs: number | null;
  runMs: number;
  /** Why it is tried again; of `waits`, what is said when its journal has nothing that could ever wake it. */
  error: Uint8Array;
}

/** An attempt that was not the last, beside its RequeuedRow. */
export interface AttemptRow {
  id: string;
  attempt: number;
  state: number;
  error: Uint8Array;
}

/** The run of `onFailure`, beside the FinishedRow of the execution that failed. */
export interface FailureRow {
  id: string;
  failedId: string;
  event: Uint8Array;
}

export interface LogRow {
  executionId: string;
  attempt: number;
  sequence: number;
  level: number;
  atMs: number;
  text: Uint8Array;
  /** JSON: what a vendor call's line says. */
  call: Uint8Array | null;
}

function started<Row extends StartedRow>(): Column<Row>[] {
  return [
    { name: "id", type: "uuid", value: (row) => row.id },
    { name: "owner", type: "uuid", value: (row) => row.owner },
    { name: "epoch", type: "int4", value: (row) => row.epoch },
  ];
}

function idOf({ id }: Pick<StartedRow, "id">): string {
  return id;
}

/**
 * `state + 0` hides the state from the planner: with it in sight it walks the index of unfinished executions, which is
 * full of dead entries under load, in place of the primary key, which leads to one partition and one row.
 */
const OURS = "execution.id = given.id and execution.owner = given.owner and execution.epoch = given.epoch";
const STILL_OURS = `${OURS} and execution.state + 0 = ${ExecutionState.started}`;
/** The same end again is no other end: a commit whose answer got lost can be sent once more. */
const OURS_TO_END = `${OURS} and execution.state + 0 in (${ExecutionState.started}, given.state)`;

/** Nobody was there to be told: a person should be. A laptop's own failures are seen by whoever sits there. */
const DEAD = `given.state in (${ExecutionState.failed}, ${ExecutionState.timed_out}, ${ExecutionState.interrupted})
        and execution.mode = ${ExecutionMode.ack} and execution.origin <> ${ExecutionOrigin.dev}`;

/** As in the journal's own states. */
const JOURNAL_PENDING = 0;
const JOURNAL_FAILED = 2;

/** Earlier fragments that say for which executions the event is theirs: not seen before, or taken over from one that is over. */
const CLAIMS = ["keys", "takeovers"];

/** An execution with a key is born with it or not at all. */
export function whereClaimed(present: ReadonlySet<string>): string {
  const claimed = CLAIMS.filter((name) => present.has(name)).map(
    (name) => `exists (select from ${name} where ${name}.id = given.id)`,
  );
  return claimed.length === 0 ? "" : `where keyed = 0 or ${claimed.join(" or ")}`;
}

export const executionsFragment: LaneFragment<NewExecutionRow & { isKeyed: boolean }> = {
  name: "new_executions",
  dayOf: ({ id }) => id,
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
  sql: (source, { present, partition }) => `
    insert into ${partition("executions")} (id, namespace_id, workflow_id, trigger_id, deployment_id, delivery_id, origin, mode, state,
      attempt, epoch, owner, started_at, event, input, input_artifact, replay_of)
    select id, namespace_id, workflow_id, trigger_id, deployment_id, delivery_id, origin, mode,
      case when owner is null then ${ExecutionState.received} else ${ExecutionState.started} end,
      case when owner is null then 0 else 1 end, case when owner is null then 0 else 1 end, owner,
      case when owner is null then null else now() end, event, input, input_artifact, replay_of
    from ${source}
    ${whereClaimed(present)}
    returning id`,
};

export const answeredFragment: LaneFragment<AnsweredRow> = {
  name: "answered",
  lock: idOf,
  dayOf: idOf,
  columns: [
    ...started<AnsweredRow>(),
    { name: "answer", type: "bytea", value: (row) => row.answer },
    { name: "output", type: "bytea", value: (row) => row.output },
    { name: "output_artifact", type: "text", value: (row) => row.outputArtifact },
  ],
  sql: (source, { partition }) => `
    update ${partition("executions")} as execution
    set answer = given.answer, output = given.output, output_artifact = given.output_artifact
    from ${source} where ${STILL_OURS}
    returning execution.id`,
};

export const finishedFragment: LaneFragment<FinishedRow> = {
  name: "finished",
  lock: idOf,
  dayOf: idOf,
  columns: [
    ...started<FinishedRow>(),
    { name: "state", type: "int2", value: (row) => row.state },
    { name: "boot_ms", type: "int4", value: (row) => row.bootMs },
    { name: "run_ms", type: "int4", value: (row) => row.runMs },
    { name: "answer", type: "bytea", value: (row) => row.answer },
    { name: "output", type: "bytea", value: (row) => row.output },
    { name: "output_artifact", type: "text", value: (row) => row.outputArtifact },
    { name: "error", type: "bytea", value: (row) => row.error },
  ],
  sql: (source, { partition }) => `
    update ${partition("executions")} as execution
    set state = given.state, finished_at = coalesce(execution.finished_at, now()), boot_ms = given.boot_ms, run_ms = given.run_ms,
      error = given.error,
      answer = coalesce(given.answer, execution.answer),
      output = coalesce(given.output, execution.output),
      output_artifact = coalesce(given.output_artifact, execution.output_artifact),
      is_dead = ${DEAD}
    from ${source} where ${OURS_TO_END}
    returning execution.id`,
};

export const requeuedFragment: LaneFragment<RequeuedRow> = {
  name: "requeued",
  lock: idOf,
  dayOf: idOf,
  columns: [
    ...started<RequeuedRow>(),
    { name: "waits", type: "int2", value: (row) => (row.how === "waits" ? 1 : 0) },
    { name: "delay_ms", type: "int4", value: (row) => row.delayMs },
    { name: "held_by", type: "uuid", value: (row) => row.heldBy },
    { name: "boot_ms", type: "int4", value: (row) => row.bootMs },
    { name: "run_ms", type: "int4", value: (row) => row.runMs },
    { name: "error", type: "bytea", value: (row) => row.error },
  ],
  // A run that waits for nothing would wait for ever: it has failed.
  sql: (source, { partition }) => `
    update ${partition("executions")} as execution
    set state = case
        when given.waits = 0 then ${ExecutionState.waiting}
        when execution.is_woken then ${ExecutionState.received}
        when journal.due_at is null then ${ExecutionState.failed}
        else ${ExecutionState.waiting} end,
      due_at = case when given.waits = 0 then now() + given.delay_ms * interval '1 millisecond'
        when execution.is_woken then now() else journal.due_at end,
      resumes = given.waits = 1, held_by = given.held_by,
      error = case when given.waits = 0 or (journal.due_at is null and not execution.is_woken) then given.error end,
      finished_at = case when given.waits = 1 and journal.due_at is null and not execution.is_woken then now() end,
      boot_ms = given.boot_ms, run_ms = given.run_ms, mode = ${ExecutionMode.ack}, owner = null,
      requeued_epoch = given.epoch
    from ${source} left join lateral (
      select min(due_at) as due_at from ${partition("journal_entries")}
      where given.waits = 1 and execution_id = given.id and state = ${JOURNAL_PENDING}
    ) as journal on true
    where ${STILL_OURS}
    returning execution.id`,
};

/** Whether a RequeuedRow took effect before: its commit's answer may have got lost. It only reads. */
export const requeuedBeforeFragment: LaneFragment<Pick<RequeuedRow, "id" | "epoch">> = {
  name: "requeued_before",
  dayOf: idOf,
  columns: [
    { name: "id", type: "uuid", value: (row) => row.id },
    { name: "epoch", type: "int4", value: (row) => row.epoch },
  ],
  sql: (source, { partition }) => `
    select execution.id from ${source} join ${partition("executions")} as execution on execution.id = given.id
    where execution.requeued_epoch = given.epoch`,
};

export const attemptsFragment: LaneFragment<AttemptRow> = {
  name: "attempts",
  isSilent: true,
  dayOf: ({ id }) => id,
  columns: [
    { name: "id", type: "uuid", value: (row) => row.id },
    { name: "attempt", type: "int4", value: (row) => row.attempt },
    { name: "state", type: "int2", value: (row) => row.state },
    { name: "error", type: "bytea", value: (row) => row.error },
  ],
  sql: (source, { partition }) => `
    insert into ${partition("execution_attempts")} (execution_id, attempt, started_at, ended_at, state, error)
    select given.id, given.attempt, execution.started_at, now(), given.state, given.error
    from ${source} join requeued on requeued.id = given.id
      join ${partition("executions")} as execution on execution.id = given.id
    on conflict do nothing`,
};

/** Another attempt does again what failed, and only that. Beside a RequeuedRow of `again`. */
export const reopenedFragment: LaneFragment<{ id: string }> = {
  name: "reopened",
  isSilent: true,
  dayOf: ({ id }) => id,
  columns: [{ name: "id", type: "uuid", value: (row) => row.id }],
  sql: (source, { partition }) => `
    delete from ${partition("journal_entries")} as entry using ${source} join requeued on requeued.id = given.id
    where entry.execution_id = given.id and entry.state = ${JOURNAL_FAILED}`,
};

/** Of `given` failures, and `failed`, the executions that they are of. */
export const INSERT_FAILURES = `insert into executions (id, namespace_id, workflow_id, trigger_id, deployment_id,
      delivery_id, origin, mode, state, event, input, input_artifact, parent_id)
    select given.id, failed.namespace_id, failed.workflow_id, failed.trigger_id, failed.deployment_id, failed.delivery_id,
      ${ExecutionOrigin.failure}, ${ExecutionMode.ack}, ${ExecutionState.received}, given.event, failed.input,
      failed.input_artifact, failed.id`;

export const failuresFragment: LaneFragment<FailureRow> = {
  name: "failures",
  dayOf: ({ failedId }) => failedId,
  columns: [
    { name: "id", type: "uuid", value: (row) => row.id },
    { name: "failed_id", type: "uuid", value: (row) => row.failedId },
    { name: "event", type: "bytea", value: (row) => row.event },
  ],
  sql: (source, { partition }) => `
    ${INSERT_FAILURES} from ${source} join finished on finished.id = given.failed_id
      join ${partition("executions")} as failed on failed.id = given.failed_id
    on conflict do nothing
    returning id`,
};

export const logsFragment: LaneFragment<LogRow> = {
  name: "logs",
  isSilent: true,
  dayOf: ({ executionId }) => executionId,
  columns: [
    { name: "execution_id", type: "uuid", value: (row) => row.executionId },
    { name: "attempt", type: "int4", value: (row) => row.attempt },
    { name: "sequence", type: "int4", value: (row) => row.sequence },
    { name: "level", type: "int2", value: (row) => row.level },
    { name: "logged_at", type: "timestamptz", value: (row) => new Date(row.atMs) },
    { name: "text", type: "bytea", value: (row) => row.text },
    { name: "vendor_call", type: "bytea", value: (row) => row.call },
  ],
  sql: (source, { partition }) => `
    insert into ${partition("execution_logs")} (execution_id, attempt, sequence, level, logged_at, text, vendor_call)
    select execution_id, attempt, sequence, level, logged_at, text, vendor_call from ${source}
    on conflict do nothing`,
};
