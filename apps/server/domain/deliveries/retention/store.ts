import { limits } from "@floww/contract/limits";
import type { Queryable } from "../../../platform/db/database.ts";

export interface Retention {
  namespaceId: string;
  days: number;
  bytesMax: number;
  usedBytes: number;
}

type Row = Omit<Retention, "bytesMax" | "usedBytes"> & { bytesMax: string; usedBytes: string };

const COLUMNS = `n.id as "namespaceId", coalesce(r.days, ${limits.retentionDays}) as days,
  coalesce(r.bytes_max, ${limits.retentionBytesMax}) as "bytesMax",
  coalesce((select sum(u.bytes) from ledger_usage u where u.namespace_id = n.id), 0)::bigint as "usedBytes"`;

function fromRow(row: Row): Retention {
  return { ...row, bytesMax: Number(row.bytesMax), usedBytes: Number(row.usedBytes) };
}

export async function findRetention(database: Queryable, namespaceId: string): Promise<Retention> {
  const found = await database.query<Row>(
    `select ${COLUMNS} from namespaces n left join retention r on r.namespace_id = n.id where n.id = $1`,
    [namespaceId],
  );
  return fromRow(found.rows[0]!);
}

export async function listRetention(database: Queryable): Promise<Retention[]> {
  const found = await database.query<Row>(
    `select ${COLUMNS} from namespaces n left join retention r on r.namespace_id = n.id`,
  );
  return found.rows.map(fromRow);
}

export async function setRetention(
  database: Queryable,
  namespaceId: string,
  { days, bytesMax }: { days: number; bytesMax: number },
): Promise<void> {
  await database.query(
    `insert into retention (namespace_id, days, bytes_max) values ($1, $2, $3)
     on conflict (namespace_id) do update set days = excluded.days, bytes_max = excluded.bytes_max`,
    [namespaceId, days, bytesMax],
  );
}

/** By the database's clock, as all servers see it. */
export async function readNow(database: Queryable): Promise<number> {
  const found = await database.query<{ now: Date }>("select clock_timestamp() as now");
  return found.rows[0]!.now.getTime();
}

/**
 * The end of the newest hour that a namespace's bytes do not reach back over: all that is older must go. Undefined while
 * everything fits.
 */
export async function findBytesCutoff(
  database: Queryable,
  { namespaceId, bytesMax }: Pick<Retention, "namespaceId" | "bytesMax">,
): Promise<number | undefined> {
  const found = await database.query<{ end: Date | null }>(
    `select max(hour) + interval '1 hour' as "end" from (
       select hour, sum(bytes) over (order by hour desc) as total from ledger_usage where namespace_id = $1
     ) as cumulated where total > $2`,
    [namespaceId, bytesMax],
  );
  return found.rows[0]?.end?.getTime();
}

/** What is gone counts no longer. */
export async function forgetUsage(database: Queryable, namespaceId: string, cutoffMs: number): Promise<void> {
  await database.query(
    "delete from ledger_usage where namespace_id = $1 and hour + interval '1 hour' <= $2",
    [namespaceId, new Date(cutoffMs)],
  );
}
