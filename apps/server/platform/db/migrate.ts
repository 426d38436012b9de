import { createHash } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";
import type pg from "pg";
import type { Queryable } from "./database.ts";

/** One step of a room's tables. Once released, a migration never changes; the next one does. */
export interface Migration {
  /** `executions/0001-executions` */
  id: string;
  sql: string;
}

/** An arbitrary constant: two servers that start at once must not migrate at once. */
const MIGRATION_LOCK = 7_203_411;

/** Brings the database to the present, each migration in a transaction of its own, in the order given. */
export async function migrate(client: pg.ClientBase, migrations: readonly Migration[]): Promise<void> {
  await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
  try {
    await client.query(
      "create table if not exists migrations (id text primary key, hash text not null, applied_at timestamptz not null default now())",
    );
    const applied = await client.query<{ id: string; hash: string }>("select id, hash from migrations");
    const hashes = new Map(applied.rows.map((row) => [row.id, row.hash]));
    for (const migration of migrations) await applyOnce(client, migration, hashes.get(migration.id));
  } finally {
    await client.query("select pg_advisory_unlock($1)", [MIGRATION_LOCK]);
  }
}

/** What a database has had applied, and in which form. */
export async function listApplied(database: Queryable): Promise<{ id: string; hash: string }[]> {
  return (await database.query<{ id: string; hash: string }>("select id, hash from migrations order by id"))
    .rows;
}

export function hashOf({ sql }: Migration): string {
  return createHash("sha256").update(sql).digest("hex");
}

/** For who works on a database that a server keeps up to date. @throws FlowwError SCHEMA_OTHER */
export async function requireMigrated(database: Queryable, migrations: readonly Migration[]): Promise<void> {
  const applied = new Set((await listApplied(database)).map(({ id }) => id));
  const missing = migrations.filter(({ id }) => !applied.has(id));
  if (missing.length === 0 && applied.size === migrations.length) return;
  const what = missing.length > 0 ? `lacks ${missing[0]!.id}` : "has tables that this program does not know";
  throw new FlowwError("SCHEMA_OTHER", `The database ${what}.`);
}

async function applyOnce(
  client: pg.ClientBase,
  migration: Migration,
  appliedHash: string | undefined,
): Promise<void> {
  const { id, sql } = migration;
  const hash = hashOf(migration);
  if (appliedHash === hash) return;
  if (appliedHash !== undefined) {
    throw new FlowwError("INTERNAL", `The migration ${id} was applied in another form than this server has.`);
  }
  await client.query("begin");
  try {
    await client.query(sql);
    await client.query("insert into migrations (id, hash) values ($1, $2)", [id, hash]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}
