import type { Queryable } from "../../../platform/db/database.ts";
import { uuidFloor } from "../../../platform/uuid-v7.ts";
import { ExecutionState } from "../states.ts";
import { OUTCOME_KEY } from "./outcome-key.ts";
import { ALL_WORKFLOWS, DAY, floorTo, HOUR, WINDOW } from "./windows.ts";

const SECOND_MS = 1000;
const WINDOW_MS = WINDOW * SECOND_MS;
const HOUR_MS = HOUR * SECOND_MS;
const DAY_MS = DAY * SECOND_MS;
/** Small windows are for charts of the last day; older hours are counted as hours. */
const KEPT_MS = 3 * DAY_MS;

export interface Counting {
  countedUntil: number;
  settledUntil: number;
}

/** Whoever counts holds this row: two never count the same window. */
export async function lockCounting(transaction: Queryable): Promise<Counting> {
  await transaction.query(
    "insert into execution_counting (counted_until, settled_until) values ('epoch', 'epoch') on conflict do nothing",
  );
  const locked = await transaction.query<Record<keyof Counting, Date>>(
    `select counted_until as "countedUntil", settled_until as "settledUntil" from execution_counting for update`,
  );
  const { countedUntil, settledUntil } = locked.rows[0]!;
  return { countedUntil: countedUntil.getTime(), settledUntil: settledUntil.getTime() };
}

export async function moveCounting(transaction: Queryable, counting: Counting): Promise<void> {
  await transaction.query("update execution_counting set counted_until = $1, settled_until = $2", [
    new Date(counting.countedUntil),
    new Date(counting.settledUntil),
  ]);
}

/** When windows older than it are no longer kept by themselves. */
export function smallWindowsFrom(nowMs: number): number {
  return floorTo(HOUR, nowMs - KEPT_MS);
}

export interface Stretch {
  fromMs: number;
  toMs: number;
  countedUntil: number;
  nowMs: number;
}

/** Counts (again) what was received in a stretch within one hour, and what it is a part of, as far as that is over. */
export async function countStretch(
  transaction: Queryable,
  { fromMs, toMs, countedUntil, nowMs }: Stretch,
): Promise<void> {
  const hourMs = floorTo(HOUR, fromMs);
  if (hourMs >= smallWindowsFrom(nowMs)) {
    for (let at = fromMs; at < toMs; at += WINDOW_MS) await countExecutions(transaction, WINDOW, at);
    if (hourMs + HOUR_MS <= countedUntil)
      await sumUp(transaction, { seconds: HOUR, from: WINDOW, at: hourMs });
  } else await countExecutions(transaction, HOUR, hourMs);
  const dayMs = floorTo(DAY, hourMs);
  if (dayMs + DAY_MS <= countedUntil) await sumUp(transaction, { seconds: DAY, from: HOUR, at: dayMs });
}

/** The hour and the day that were under way when counting had come to `fromMs` may be over without another row. */
export async function closeWindows(
  transaction: Queryable,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<void> {
  const [hourMs, dayMs] = [floorTo(HOUR, fromMs), floorTo(DAY, fromMs)];
  if (hourMs < fromMs && hourMs + HOUR_MS <= toMs)
    await sumUp(transaction, { seconds: HOUR, from: WINDOW, at: hourMs });
  if (dayMs < fromMs && dayMs + DAY_MS <= toMs)
    await sumUp(transaction, { seconds: DAY, from: HOUR, at: dayMs });
}

/** One statement, hence one view: each execution is either counted or noted as open. */
async function countExecutions(transaction: Queryable, seconds: number, at: number): Promise<void> {
  const bounds = [uuidFloor(at), uuidFloor(at + seconds * SECOND_MS)];
  await transaction.query("delete from execution_counts where seconds = $1 and at = $2", [
    seconds,
    new Date(at),
  ]);
  await transaction.query("delete from execution_open where id >= $1 and id < $2", bounds);
  await transaction.query(
    `with received as materialized (
       select e.id, e.namespace_id, e.workflow_id, e.state, ${OUTCOME_KEY} as key from executions e
       where e.id >= $3 and e.id < $4
     ), unfinished as (
       insert into execution_open (id, namespace_id)
       select id, namespace_id from received where state < ${ExecutionState.completed}
     ), ${grouped(
       `select namespace_id, workflow_id, key, count(*)::integer as count from received
        where state >= ${ExecutionState.completed} group by 1, 2, 3`,
     )}`,
    [seconds, new Date(at), ...bounds],
  );
}

async function sumUp(
  transaction: Queryable,
  { seconds, from, at }: { seconds: number; from: number; at: number },
): Promise<void> {
  await transaction.query("delete from execution_counts where seconds = $1 and at = $2", [
    seconds,
    new Date(at),
  ]);
  await transaction.query(
    `with ${grouped(
      `select c.namespace_id, c.workflow_id, u.key, sum(u.count)::integer as count
        from execution_counts c, unnest(c.keys, c.counts) as u (key, count)
        where c.seconds = $3 and c.at >= $2 and c.at < $4 and c.workflow_id <> '${ALL_WORKFLOWS}' group by 1, 2, 3`,
    )}`,
    [seconds, new Date(at), from, new Date(at + seconds * SECOND_MS)],
  );
}

/** Of rows (namespace_id, workflow_id, key, count): one a workflow, and one for all of a namespace. */
function grouped(rows: string): string {
  return `counted as (${rows}),
     all_of_them as (
       select * from counted
       union all
       select namespace_id, '${ALL_WORKFLOWS}'::uuid, key, sum(count)::integer from counted group by namespace_id, key
     )
     insert into execution_counts (seconds, at, namespace_id, workflow_id, keys, counts)
     select $1::integer, $2::timestamptz, namespace_id, workflow_id, array_agg(key), array_agg(count)
     from all_of_them group by namespace_id, workflow_id`;
}
