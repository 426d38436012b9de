import type { Database, Queryable } from "../../../platform/db/database.ts";
import { readWithin } from "../../../platform/db/read-within.ts";
import { uuidFloor } from "../../../platform/uuid-v7.ts";
import { OUTCOME_KEY, type Outcomes } from "./outcome-key.ts";
import type { StatisticsRange } from "./statistics-range.ts";
import { ALL_WORKFLOWS, coverRange, DAY, floorTo, type Part, WINDOW } from "./windows.ts";

const WORKFLOWS_MAX = 100;
const SECOND_MS = 1000;
/** Far more than it takes on millions of rows, and less than a person waits. */
const STATEMENT_MS_MAX = 10_000;

export interface StatisticsQuery extends StatisticsRange {
  namespaceId: string;
  workflowId?: string | undefined;
}

export interface Statistics {
  /** By the instant at which a bucket begins, in milliseconds; empty ones are left out. */
  buckets: Map<number, Outcomes>;
  total: Outcomes;
  /** The busiest first. */
  workflows: { id: string; name: string; outcomes: Outcomes }[];
}

interface Counted {
  /** Seconds since 1970. */
  at: number;
  workflowId: string;
  key: number;
  count: number;
}

/** What was counted ahead, what has come since, and what has not finished, in one view of the database. @throws FlowwError QUERY_TOO_SLOW */
export function readStatistics(database: Database, query: StatisticsQuery): Promise<Statistics> {
  return readWithin(database, STATEMENT_MS_MAX, async (transaction) => {
    const { fromMs, toMs, bucketSeconds } = query;
    const countedUntil = bucketSeconds < WINDOW ? 0 : await readCountedUntil(transaction);
    const counted = { fromMs, toMs: Math.max(fromMs, Math.min(toMs, countedUntil)) };
    const buckets = await readCounts(transaction, query, coverRange(counted, bucketSeconds));
    const byWorkflow = await readWorkflows(transaction, query, coverRange(counted, DAY));
    const live = [
      ...(await countLive(transaction, query, counted.toMs)),
      ...(await countOpen(transaction, query, counted)),
    ];
    const statistics = { buckets: new Map<number, Outcomes>(), total: new Map(), workflows: new Map() };
    for (const row of [...buckets, ...live]) {
      add(of(statistics.buckets, row.at * SECOND_MS), row);
      add(statistics.total, row);
    }
    for (const row of [...byWorkflow, ...live]) add(of(statistics.workflows, row.workflowId), row);
    return { ...statistics, workflows: await nameBusiest(transaction, statistics.workflows) };
  });
}

async function readCountedUntil(transaction: Queryable): Promise<number> {
  const found = await transaction.query<{ at: Date }>("select counted_until as at from execution_counting");
  return floorTo(WINDOW, found.rows[0]?.at.getTime() ?? 0);
}

const PARTS = `unnest($2::integer[], $3::timestamptz[], $4::timestamptz[]) as part (seconds, from_at, to_at)
     join execution_counts c on c.seconds = part.seconds and c.at >= part.from_at and c.at < part.to_at and c.namespace_id = $1
     cross join unnest(c.keys, c.counts) as u (key, count)`;

function partValues(parts: readonly Part[]): unknown[] {
  return [
    parts.map(({ seconds }) => seconds),
    parts.map(({ fromMs }) => new Date(fromMs)),
    parts.map(({ toMs }) => new Date(toMs)),
  ];
}

async function readCounts(
  transaction: Queryable,
  { namespaceId, workflowId, bucketSeconds }: StatisticsQuery,
  parts: readonly Part[],
): Promise<Counted[]> {
  if (parts.length === 0) return [];
  const found = await transaction.query<Counted>(
    `select (floor(extract(epoch from c.at) / $6) * $6)::float8 as at, u.key, sum(u.count)::integer as count
     from ${PARTS} where c.workflow_id = $5 group by 1, 2`,
    [namespaceId, ...partValues(parts), workflowId ?? ALL_WORKFLOWS, bucketSeconds],
  );
  return found.rows;
}

async function readWorkflows(
  transaction: Queryable,
  { namespaceId, workflowId }: StatisticsQuery,
  parts: readonly Part[],
): Promise<Counted[]> {
  if (parts.length === 0) return [];
  const which = workflowId === undefined ? "c.workflow_id <> $5" : "c.workflow_id = $5";
  const found = await transaction.query<Counted>(
    `select c.workflow_id as "workflowId", u.key, sum(u.count)::integer as count
     from ${PARTS} where ${which} group by 1, 2`,
    [namespaceId, ...partValues(parts), workflowId ?? ALL_WORKFLOWS],
  );
  return found.rows;
}

const COUNTED = `(floor(extract(epoch from uuid_extract_timestamp(e.id)) / $4) * $4)::float8 as at,
       e.workflow_id as "workflowId", ${OUTCOME_KEY} as key, count(*)::integer as count`;

async function countLive(
  transaction: Queryable,
  { namespaceId, workflowId, toMs, bucketSeconds }: StatisticsQuery,
  sinceMs: number,
): Promise<Counted[]> {
  if (sinceMs >= toMs) return [];
  const found = await transaction.query<Counted>(
    `select ${COUNTED} from executions e
     where e.namespace_id = $1 and e.id >= $2 and e.id < $3 ${workflowId === undefined ? "" : "and e.workflow_id = $5"}
     group by 1, 2, 3`,
    [namespaceId, uuidFloor(sinceMs), uuidFloor(toMs), bucketSeconds, ...given(workflowId)],
  );
  return found.rows;
}

/** What had not finished when its window was counted, as it is now. */
async function countOpen(
  transaction: Queryable,
  { namespaceId, workflowId, bucketSeconds }: StatisticsQuery,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<Counted[]> {
  if (fromMs >= toMs) return [];
  // `offset 0`: each is looked up by its id. A planner that sees into it may go over all runs of the workflow instead.
  const found = await transaction.query<Counted>(
    `select ${COUNTED} from execution_open o cross join lateral (
       select * from executions where id = o.id and id >= $2 and id < $3 offset 0
     ) e
     where o.namespace_id = $1 and o.id >= $2 and o.id < $3
       ${workflowId === undefined ? "" : "and e.workflow_id = $5"}
     group by 1, 2, 3`,
    [namespaceId, uuidFloor(fromMs), uuidFloor(toMs), bucketSeconds, ...given(workflowId)],
  );
  return found.rows;
}

function given(workflowId: string | undefined): string[] {
  return workflowId === undefined ? [] : [workflowId];
}

function of<Key>(all: Map<Key, Outcomes>, key: Key): Outcomes {
  const known = all.get(key);
  if (known !== undefined) return known;
  const made: Outcomes = new Map();
  all.set(key, made);
  return made;
}

function add(outcomes: Outcomes, { key, count }: Pick<Counted, "key" | "count">): void {
  outcomes.set(key, (outcomes.get(key) ?? 0) + count);
}

async function nameBusiest(
  transaction: Queryable,
  workflows: ReadonlyMap<string, Outcomes>,
): Promise<Statistics["workflows"]> {
  const sizes = [...workflows].map(([id, outcomes]) => ({ id, outcomes, size: sum(outcomes) }));
  const busiest = sizes.sort((a, b) => b.size - a.size || (a.id < b.id ? -1 : 1)).slice(0, WORKFLOWS_MAX);
  const found = await transaction.query<{ id: string; name: string }>(
    "select id, name from workflows where id = any($1::uuid[])",
    [busiest.map(({ id }) => id)],
  );
  const names = new Map(found.rows.map(({ id, name }) => [id, name]));
  return busiest.map(({ id, outcomes }) => ({ id, outcomes, name: names.get(id) ?? "" }));
}

function sum(outcomes: Outcomes): number {
  let total = 0;
  for (const count of outcomes.values()) total += count;
  return total;
}
