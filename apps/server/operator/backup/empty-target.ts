import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import type { Config } from "../../config/config.ts";
import { quoteName } from "../../platform/db/copy/list-tables.ts";
import { Database } from "../../platform/db/database.ts";
import { startEmbeddedPostgres } from "../../platform/embedded-postgres/embedded-postgres.ts";
import { lockHome } from "../../platform/home-lock.ts";
import { RESTORING_FILE } from "../../start/half-restored.ts";
import { STORED_FOLDERS } from "./stored-files.ts";

export interface EmptyTarget {
  database: Database;
  /** All of it is there: a server may start. */
  succeed(): Promise<void>;
}

/**
 * A home and a database that nothing is in, but for a master.key. What does not succeed is taken away again when `opened` ends.
 *
 * @throws FlowwError BACKUP_TARGET_TAKEN, HOME_LOCKED
 */
export async function openEmptyTarget(
  config: Config,
  opened: AsyncDisposableStack,
  report: (error: unknown) => void,
): Promise<EmptyTarget> {
  const { home } = config;
  await mkdir(home, { recursive: true, mode: 0o700 });
  const lock = await lockHome(home);
  opened.defer(() => lock.release());
  await refuseTakenHome(config);
  let hasSucceeded = false;
  const marker = join(home, RESTORING_FILE);
  await writeFile(marker, "", { flag: "wx", mode: 0o600 });
  opened.defer(() => rm(marker, { force: true }));
  const undo = async (work: () => Promise<unknown>) => void (hasSucceeded || (await work()));
  for (const name of STORED_FOLDERS)
    opened.defer(() => undo(() => rm(join(home, name), { recursive: true, force: true })));
  const database = await openEmptyDatabase(config, { opened, report, undo });
  return {
    database,
    succeed: async () => {
      hasSucceeded = true;
    },
  };
}

async function refuseTakenHome({ home, database }: Config): Promise<void> {
  const folders = [...STORED_FOLDERS, ...(database.kind === "embedded" ? ["postgres"] : [])];
  for (const name of folders) {
    const isEmpty = !existsSync(join(home, name)) || (await readdir(join(home, name))).length === 0;
    if (!isEmpty) throw new FlowwError("BACKUP_TARGET_TAKEN", `${join(home, name)} is not empty.`);
  }
  if (existsSync(join(home, RESTORING_FILE)))
    throw new FlowwError("BACKUP_TARGET_TAKEN", `A restore into ${home} did not come to its end.`, {
      fix: `Empty ${home} (but for master.key) and the database, and restore again.`,
    });
}

async function openEmptyDatabase(
  { database: wanted, path }: Config,
  {
    opened,
    report,
    undo,
  }: {
    opened: AsyncDisposableStack;
    report(error: unknown): void;
    undo(work: () => Promise<unknown>): Promise<void>;
  },
): Promise<Database> {
  if (wanted.kind === "embedded") {
    const { folder } = wanted;
    opened.defer(() => undo(() => rm(folder, { recursive: true, force: true })));
    const postgres = await startEmbeddedPostgres({ folder, path, report });
    opened.defer(() => postgres.stop());
    const database = new Database(postgres.clientConfig);
    opened.defer(() => database.close());
    return database;
  }
  const database = new Database({ connectionString: wanted.url });
  opened.defer(() => database.close());
  const [first] = await listRelations(database);
  if (first !== undefined)
    throw new FlowwError("BACKUP_TARGET_TAKEN", `The database has tables already, such as ${first.name}.`);
  opened.defer(() => undo(() => dropRelations(database)));
  return database;
}

async function listRelations(database: Database): Promise<{ name: string; kind: string }[]> {
  const found = await database.query<{ name: string; kind: string }>(
    `select relname as name, relkind::text as kind from pg_class
     where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'S', 'v', 'm') and not relispartition`,
  );
  return found.rows;
}

/** There was none before: all of them are ours. */
async function dropRelations(database: Database): Promise<void> {
  for (const { name, kind } of await listRelations(database))
    await database.query(`drop ${kind === "S" ? "sequence" : "table"} if exists ${quoteName(name)} cascade`);
}
