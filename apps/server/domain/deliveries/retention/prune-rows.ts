import { setTimeout as delay } from "node:timers/promises";
import type { Database, Queryable } from "../../../platform/db/database.ts";
import { BY_INDEX } from "../../../platform/db/read-within.ts";
import { uuidFloor } from "../../../platform/uuid-v7.ts";
import { TRACK, tracks } from "../../executions/listing/track.ts";
import { ExecutionState } from "../../executions/states.ts";
import { ReplayState } from "../replays/store.ts";

/** Rows of one transaction: milliseconds, so that the ingest's commits hardly notice. */
const BATCH = 250;
/** Twice as long as a batch took, and at least this, the database is left to others. */
const PAUSE_MS_MIN = 2;

interface PruneOptions {
  namespaceId: string;
  cutoffMs: number;
  signal: AbortSignal;
}

/** Deletes a namespace's rows that are older; what has not ended stays, and what it needs. Resolves with how many went. */
export async function pruneRows(database: Database, options: PruneOptions): Promise<number> {
  let total = 0;
  for (const prune of [pruneExecutions, pruneDeliveries, pruneSentEvents, pruneReplays])
    total += await pruneTable(database, prune, options);
  return total;
}

interface Batch {
  /** The last id that was gone over. */
  lastId: string | undefined;
  count: number;
}

type PruneBatch = (
  transaction: Queryable,
  range: { namespaceId: string; afterId: string; untilId: string },
) => Promise<Batch>;

async function pruneTable(
  database: Database,
  prune: PruneBatch,
  { namespaceId, cutoffMs, signal }: PruneOptions,
): Promise<number> {
  const untilId = uuidFloor(cutoffMs);
  let afterId = uuidFloor(0);
  let total = 0;
  while (!signal.aborted) {
    const startedAt = performance.now();
    const range = { namespaceId, afterId, untilId };
    const { lastId, count } = await database.transaction(async (transaction) => {
      // What a crash brings back is pruned again; nobody waits for the disk on our account.
      await transaction.query(`set local synchronous_commit = off; ${BY_INDEX}`);
      return prune(transaction, range);
    });
    total += count;
    if (lastId === undefined) return total;
    afterId = lastId;
    await delay(Math.max(PAUSE_MS_MIN, 2 * (performance.now() - startedAt)));
  }
  return total;
}

const pruneExecutions: PruneBatch = async (transaction, { namespaceId, afterId, untilId }) => {
  const gone = await transaction.query<{ lastId: string | null; count: number }>(
    `with old as materialized (
       select e.id, e.state from unnest($4::smallint[]) as given (track), lateral (
         select id, state from executions
         where namespace_id = $1 and ${TRACK} = given.track and id > $2 and id < $3 order by id limit ${BATCH}
       ) as e order by e.id limit ${BATCH}
     ), gone as (
       delete from executions e using old
       where e.id = old.id and e.id > $2 and e.id < $3 and e.state >= ${ExecutionState.completed}
       returning e.id, e.namespace_id, e.input_artifact, e.output_artifact
     ), logs as (
       delete from execution_logs l using gone
       where l.execution_id = gone.id and l.execution_id > $2 and l.execution_id < $3
     ), attempts as (
       delete from execution_attempts a using gone
       where a.execution_id = gone.id and a.execution_id > $2 and a.execution_id < $3
     ), journal as (
       delete from journal_entries j using gone
       where j.execution_id = gone.id and j.execution_id > $2 and j.execution_id < $3
       returning j.namespace_id, j.value_artifact
     ), waits as (
       delete from journal_waits w using gone where w.execution_id = gone.id
     ), noted as (
       insert into artifact_candidates (namespace_id, hash)
       select namespace_id, hash from (
         select namespace_id, hash from gone, unnest(array[input_artifact, output_artifact]) as given (hash)
         union all select namespace_id, value_artifact from journal
       ) as named where hash is not null group by 1, 2 on conflict do nothing
     )
     select (select id from old order by id desc limit 1) as "lastId", (select count(*) from gone)::integer as count`,
    [namespaceId, afterId, untilId, tracks],
  );
  const { lastId, count } = gone.rows[0]!;
  return { lastId: lastId ?? undefined, count };
};

interface PrunedTable {
  table: string;
  /** Of `row`, whether it goes. */
  goes?: string;
  artifact?: string;
}

function pruneById({ table, goes = "true", artifact }: PrunedTable): PruneBatch {
  return async (transaction, { namespaceId, afterId, untilId }) => {
    const gone = await transaction.query<{ lastId: string | null; count: number }>(
      `with old as materialized (
         select id from ${table} where namespace_id = $1 and id > $2 and id < $3 order by id limit ${BATCH}
       ), gone as (
         delete from ${table} as row using old where row.id = old.id and row.id > $2 and row.id < $3 and ${goes}
         returning row.namespace_id, ${artifact === undefined ? "null::text" : `row.${artifact}`} as hash
       ), noted as (
         insert into artifact_candidates (namespace_id, hash)
         select distinct namespace_id, hash from gone where hash is not null on conflict do nothing
       )
       select (select id from old order by id desc limit 1) as "lastId", (select count(*) from gone)::integer as count`,
      [namespaceId, afterId, untilId],
    );
    const { lastId, count } = gone.rows[0]!;
    return { lastId: lastId ?? undefined, count };
  };
}

/** One that an unfinished execution has its event from stays with it. */
const pruneDeliveries = pruneById({
  table: "deliveries",
  goes: `not exists (select from executions e where e.delivery_id = row.id and e.state < ${ExecutionState.completed})`,
  artifact: "body_artifact",
});

/** A run that began before it was sent may yet come to wait for it. */
const pruneSentEvents = pruneById({
  table: "sent_events",
  goes: `not exists (select from executions e
    where e.namespace_id = row.namespace_id and e.id < row.id and e.state < ${ExecutionState.completed})`,
});

/** What they made are executions of their own; one that is under way stays. */
const pruneReplays = pruneById({
  table: "replays",
  goes: `row.state <> ${ReplayState.running}`,
  artifact: "input_artifact",
});
