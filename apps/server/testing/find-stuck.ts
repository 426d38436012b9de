import { formatId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
import { ExecutionOrigin, ExecutionState, executionStateName } from "../domain/executions/states.ts";

/**
 * An execution may be unfinished for this much longer than its deadline allows; then nobody is at it any more. And so long
 * may pass until one that is due is started, or one whose server is gone is taken up.
 */
export const STUCK_AFTER_MS = 30_000;

/** Runs one statement. The rows are what the statement selects. */
export type Ask = <Row extends object>(sql: string) => Promise<Row[]>;

interface Unfinished {
  id: string;
  state: number;
  /** The trigger's, as its code declared it; none where it is gone. */
  input: Buffer | null;
  /** Since it was started, or could have been. */
  sinceMs: number;
  /** Since its server has lost it, while another one lives. */
  orphanedMs: number | null;
}

/**
 * The executions of a database with which it does not go on, each as a line that names it: still to end although their
 * deadline and half a minute are over, or due, or without a server, for half a minute while one is alive. By the database's
 * clock. What waits for a person, an event, a laptop, a resumed workflow or a free slot is not due.
 */
export async function findStuck(ask: Ask): Promise<string[]> {
  const rows = await ask<Unfinished>(
    `select e.id::text, e.state, t.input,
        extract(epoch from now() - case e.state when ${ExecutionState.started} then e.started_at
          when ${ExecutionState.waiting} then e.due_at else greatest(e.created_at, e.due_at) end)::float8 * 1000 as "sinceMs",
        case when e.state = ${ExecutionState.started} and exists (${LIVING}) and not exists (${LIVING} and id = e.owner) then
          extract(epoch from now() - greatest(e.started_at, (select lease_until from servers where id = e.owner)))::float8 * 1000
        end as "orphanedMs"
     from executions e left join triggers t on t.id = e.trigger_id left join workflows w on w.id = e.workflow_id
     where e.state = ${ExecutionState.started}
       or (e.state = ${ExecutionState.received} or e.state = ${ExecutionState.waiting} and e.due_at <= now())
         and e.origin <> ${ExecutionOrigin.dev} and w.paused_at is null
         and exists (${LIVING})
     order by e.id`,
  );
  return rows.flatMap(({ id, state, input, sinceMs, orphanedMs }) => {
    const { timeoutMs = limits.deadlineMs } = JSON.parse(input?.toString("utf8") ?? "{}") as {
      timeoutMs?: number;
    };
    const isRunning = state === ExecutionState.started;
    const isLost = orphanedMs !== null && orphanedMs > STUCK_AFTER_MS;
    if (!isLost && sinceMs <= (isRunning ? timeoutMs : 0) + STUCK_AFTER_MS) return [];
    const seconds = Math.round((isLost ? orphanedMs : sinceMs) / 1_000);
    const which = isLost
      ? "without its server"
      : isRunning
        ? `with a deadline of ${timeoutMs} ms`
        : "and due";
    return [`${formatId("execution", id)} is ${executionStateName(state)} for ${seconds} s, ${which}`];
  });
}

const LIVING = "select from servers where lease_until > now()";

/** For the end of a test. @throws TypeError that names them */
export function assertNone(stuck: readonly string[]): void {
  if (stuck.length > 0) throw new TypeError(`executions were left unfinished:\n${stuck.join("\n")}`);
}
