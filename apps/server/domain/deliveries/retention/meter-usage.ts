import type { ArtifactStore } from "../../../platform/blobs/artifact-store.ts";
import { type Database, type Queryable, STANDS_STILL } from "../../../platform/db/database.ts";
import { uuidFloor, uuidInstantMs } from "../../../platform/uuid-v7.ts";
import { readNow } from "./store.ts";

export interface MeterContext {
  database: Database;
  artifacts: ArtifactStore;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A run writes its answer and its last log line within the longest deadline, and the rest is for clocks. */
const WHOLE_AFTER_MS = 20 * MINUTE_MS;
/** What one statement goes over. */
const WINDOW_MS = MINUTE_MS;
/** Of a row, beside what it carries: its columns, its header, its places in the indexes. */
const ROW_BYTES = 400;

/** Counts what was written since the last time and is whole now, a minute's rows a transaction. */
export async function meterUsage(context: MeterContext): Promise<void> {
  while (await meterWindow(context));
}

/** False when there is nothing more to count. */
function meterWindow({ database, artifacts }: MeterContext): Promise<boolean> {
  return database.transaction(async (transaction) => {
    // Sizes of artifacts may lie far away.
    await transaction.query(STANDS_STILL);
    const wholeUntil = (await readNow(transaction)) - WHOLE_AFTER_MS;
    const from = await findNextRow(transaction, await lockMeter(transaction));
    if (from === undefined || from >= wholeUntil) return false;
    const to = Math.min(from + WINDOW_MS, wholeUntil, hourOf(from) + HOUR_MS);
    const bounds = [uuidFloor(from), uuidFloor(to)];
    const counted = await countRows(transaction, bounds);
    for (const { namespaceId, hash } of await listArtifacts(transaction, bounds)) {
      const bytes = await artifacts.sizeOf(namespaceId, hash);
      counted.set(namespaceId, (counted.get(namespaceId) ?? 0) + bytes);
    }
    for (const [namespaceId, bytes] of counted)
      await transaction.query(
        `insert into ledger_usage (namespace_id, hour, bytes) values ($1, $2, $3)
         on conflict (namespace_id, hour) do update set bytes = ledger_usage.bytes + excluded.bytes`,
        [namespaceId, new Date(hourOf(from)), bytes],
      );
    await transaction.query("update ledger_meter set counted_until = $1", [new Date(to)]);
    return true;
  });
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

async function lockMeter(transaction: Queryable): Promise<number> {
  await transaction.query(
    "insert into ledger_meter (counted_until) values ('1970-01-01T00:00:00Z') on conflict do nothing",
  );
  const locked = await transaction.query<{ at: Date }>(
    "select counted_until as at from ledger_meter for update",
  );
  return locked.rows[0]!.at.getTime();
}

/** Whole stretches without a row are left out. */
async function findNextRow(transaction: Queryable, fromMs: number): Promise<number | undefined> {
  const found = await transaction.query<{ id: string | null }>(
    `select least(
       (select id from deliveries where id >= $1 order by id limit 1),
       (select id from executions where id >= $1 order by id limit 1),
       (select id from sent_events where id >= $1 order by id limit 1)) as id`,
    [uuidFloor(fromMs)],
  );
  const id = found.rows[0]?.id ?? undefined;
  return id === undefined ? undefined : uuidInstantMs(id);
}

/** Lengths stand in the row or its TOAST pointer: nothing big is read. */
async function countRows(transaction: Queryable, bounds: string[]): Promise<Map<string, number>> {
  const counted = await transaction.query<{ namespaceId: string; bytes: string }>(
    `select namespace_id as "namespaceId", sum(bytes)::bigint as bytes from (
       select namespace_id, ${ROW_BYTES} + octet_length(head) + coalesce(octet_length(body), 0) as bytes
       from deliveries where id >= $1 and id < $2
       union all
       select namespace_id, ${ROW_BYTES} + coalesce(octet_length(event), 0) + coalesce(octet_length(input), 0)
         + coalesce(octet_length(answer), 0) + coalesce(octet_length(output), 0) + coalesce(octet_length(error), 0)
       from executions where id >= $1 and id < $2
       union all
       select e.namespace_id, ${ROW_BYTES / 4} + octet_length(l.text) + coalesce(octet_length(l.vendor_call), 0)
       from execution_logs l join executions e on e.id = l.execution_id
       where l.execution_id >= $1 and l.execution_id < $2 and e.id >= $1 and e.id < $2
       union all
       select namespace_id, ${ROW_BYTES / 2} + coalesce(octet_length(value), 0) + coalesce(octet_length(error), 0)
       from journal_entries where execution_id >= $1 and execution_id < $2
       union all
       select namespace_id, ${ROW_BYTES / 4} + octet_length(name) + octet_length(data)
       from sent_events where id >= $1 and id < $2
     ) as row group by namespace_id`,
    bounds,
  );
  return new Map(counted.rows.map(({ namespaceId, bytes }) => [namespaceId, Number(bytes)]));
}

async function listArtifacts(
  transaction: Queryable,
  bounds: string[],
): Promise<{ namespaceId: string; hash: string }[]> {
  const found = await transaction.query<{ namespaceId: string; hash: string }>(
    `select namespace_id as "namespaceId", body_artifact as hash from deliveries
     where id >= $1 and id < $2 and body_artifact is not null
     union
     select namespace_id, input_artifact from executions
     where id >= $1 and id < $2 and input_artifact is not null
     union
     select namespace_id, output_artifact from executions
     where id >= $1 and id < $2 and output_artifact is not null
     union
     select namespace_id, value_artifact from journal_entries
     where execution_id >= $1 and execution_id < $2 and value_artifact is not null`,
    bounds,
  );
  return found.rows;
}
