import type { Queryable } from "../../platform/db/database.ts";
import { outlastOutage } from "../../platform/db/outlast-outage.ts";
import { ExecutionState } from "./states.ts";

/** What came of the starts of a run before this one. */
export interface StartHistory {
  /** How many of the attempts before were interrupted. */
  interruptions: number;
  /** What earlier starts of this attempt have logged: the number of its last line, and all of its bytes. */
  lastLine: number;
  loggedBytes: number;
}

const NONE: StartHistory = { interruptions: 0, lastLine: 0, loggedBytes: 0 };

export const interruptionsOf = (id: string) =>
  `(select count(*)::integer from execution_attempts where execution_id = ${id} and state = ${ExecutionState.interrupted})`;

/** Asked apart from the claim, and only for what was started before: a first start, as nearly all are, has no history. */
export async function withHistory<Run extends { id: string; epoch: number }>(
  database: Queryable,
  claimed: readonly Run[],
): Promise<(Run & StartHistory)[]> {
  const again = claimed.filter(({ epoch }) => epoch > 1).map(({ id }) => id);
  if (again.length === 0) return claimed.map((run) => ({ ...run, ...NONE }));
  // They are this server's already: nobody else takes them up.
  const found = await outlastOutage(() =>
    database.query<StartHistory & { id: string }>(
      `select e.id, ${interruptionsOf("e.id")} as interruptions, log."lastLine", log."loggedBytes"
       from executions e cross join lateral (
         select coalesce(max(sequence), 0)::integer as "lastLine", coalesce(sum(octet_length(text)), 0)::integer as "loggedBytes"
         from execution_logs where execution_id = e.id and attempt = e.attempt) as log
       where e.id = any($1::uuid[])`,
      [again],
    ),
  );
  const histories = new Map(found.rows.map(({ id, ...history }) => [id, history]));
  return claimed.map((run) => ({ ...run, ...(histories.get(run.id) ?? NONE) }));
}
