import type { Database, Queryable } from "../../../platform/db/database.ts";
import { uuidFloor } from "../../../platform/uuid-v7.ts";
import { ExecutionState } from "../../executions/states.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Nobody queues behind us for longer: what does not get its lock in time is tried again at the next round. */
const LOCK_TIMEOUT = "50ms";

interface DayPartition {
  table: string;
  name: string;
  endMs: number;
  isPending: boolean;
}

/**
 * Drops whole days that no namespace wants any more. Detached concurrently first, which lets the ingest go on (it locks the
 * parent no harder than a write does, and waits for writers without making others wait); the drop then touches a table
 * that nobody can reach. Resolves with the names of those that went.
 */
export async function dropDays(
  database: Database,
  { tables, cutoffMs }: { tables: readonly string[]; cutoffMs: number },
): Promise<string[]> {
  const dropped: string[] = [];
  for (const table of tables) {
    for (const day of await listDays(database, table)) {
      if (day.endMs > cutoffMs || (await holdsUnfinished(database, day))) continue;
      await noteArtifacts(database, day);
      if (await drop(database, day)) dropped.push(day.name);
    }
  }
  return dropped;
}

async function listDays(database: Queryable, table: string): Promise<DayPartition[]> {
  const found = await database.query<{ name: string; isPending: boolean }>(
    `select c.relname as name, i.inhdetachpending as "isPending" from pg_inherits i
     join pg_class c on c.oid = i.inhrelid where i.inhparent = $1::regclass order by 1`,
    [table],
  );
  return found.rows.flatMap(({ name, isPending }) => {
    const [, year, month, day] = /_(\d{4})(\d\d)(\d\d)$/.exec(name) ?? [];
    if (year === undefined) return [];
    return [
      { table, name, isPending, endMs: Date.UTC(Number(year), Number(month) - 1, Number(day)) + DAY_MS },
    ];
  });
}

/** An execution that has not ended stays, and so do all days that it has something in: its event, its logs. */
async function holdsUnfinished(database: Queryable, { endMs }: DayPartition): Promise<boolean> {
  const held = await database.query(
    `select from executions
     where state < ${ExecutionState.completed} and (id >= $1 and id < $2 or delivery_id >= $1 and delivery_id < $2) limit 1`,
    [uuidFloor(endMs - DAY_MS), uuidFloor(endMs)],
  );
  return held.rowCount === 1;
}

const ARTIFACT_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  executions: ["input_artifact", "output_artifact"],
  deliveries: ["body_artifact"],
  journal_entries: ["value_artifact"],
};

async function noteArtifacts(database: Queryable, { table, name }: DayPartition): Promise<void> {
  for (const column of ARTIFACT_COLUMNS[table] ?? [])
    await database.query(
      `insert into artifact_candidates (namespace_id, hash)
       select distinct namespace_id, ${column} from ${name} where ${column} is not null on conflict do nothing`,
    );
}

/** False when somebody held what it needs for too long. */
async function drop(database: Database, { table, name, isPending }: DayPartition): Promise<boolean> {
  // On a connection of its own: detaching concurrently is not for transactions, and the timeout not for others.
  const client = await database.connect();
  try {
    await client.query(`set lock_timeout = '${LOCK_TIMEOUT}'`);
    await client.query(
      `alter table ${table} detach partition ${name} ${isPending ? "finalize" : "concurrently"}`,
    );
    await client.query(`drop table ${name}`);
    return true;
  } catch (error) {
    if (isOver((error as { code?: string }).code)) return false;
    throw error;
  } finally {
    await client.end();
  }
}

/** Lock not available; already gone, or being detached by another server. */
function isOver(code: string | undefined): boolean {
  return code === "55P03" || code === "42P01" || code === "55000";
}

/** Days that were detached by a server that died before it dropped them. */
export async function dropDetached(database: Queryable, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const found = await database.query<{ name: string }>(
      `select relname as name from pg_class
       where relname ~ $1 and relkind = 'r' and not relispartition`,
      [`^${table}_\\d{8}$`],
    );
    for (const { name } of found.rows) await database.query(`drop table if exists ${name}`);
  }
}
