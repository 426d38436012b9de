import { formatId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
import { ExecutionOrigin, ExecutionState, executionStateName } from "../domain/executions/states.ts";

/** An execution may be unfinished for this much longer than its deadline allows; then nobody is at it any more. */
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
}

/**
 * The executions of a database that are still to end although their deadline and half a minute are over, each as a line
 * that names it. By the database's clock: those that were started, and those that are due while a server is alive to run
 * them. What waits for a person, an event, a laptop, a resumed workflow or a free slot is not due.
 */
export async function findStuck(ask: Ask): Promise<string[]> {
  const rows = await ask<Unfinished>(
    `select e.id::text, e.state, t.input,
        extract(epoch from now() - case e.state when ${ExecutionState.started} then e.started_at
          when ${ExecutionState.waiting} then e.due_at else greatest(e.created_at, e.due_at) end)::float8 * 1000 as "sinceMs"
     from executions e left join triggers t on t.id = e.trigger_id left join workflows w on w.id = e.workflow_id
     where e.state = ${ExecutionState.started}
       or (e.state = ${ExecutionState.received} or e.state = ${ExecutionState.waiting} and e.due_at <= now())
         and e.origin <> ${ExecutionOrigin.dev} and w.paused_at is null
         and exists (select from servers where lease_until > now())
     order by e.id`,
  );
  return rows.flatMap(({ id, state, input, sinceMs }) => {
    const { timeoutMs = limits.deadlineMs } = JSON.parse(input?.toString("utf8") ?? "{}") as {
      timeoutMs?: number;
    };
    if (sinceMs <= timeoutMs + STUCK_AFTER_MS) return [];
    const seconds = Math.round(sinceMs / 1_000);
    return [
      `${formatId("execution", id)} is ${executionStateName(state)} for ${seconds} s, with a deadline of ${timeoutMs} ms`,
    ];
  });
}

/** For the end of a test. @throws TypeError that names them */
export function assertNone(stuck: readonly string[]): void {
  if (stuck.length > 0) throw new TypeError(`executions were left unfinished:\n${stuck.join("\n")}`);
}
