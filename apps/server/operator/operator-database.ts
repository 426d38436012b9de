import { existsSync } from "node:fs";
import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import type { Config } from "../config/config.ts";
import { Database } from "../platform/db/database.ts";
import { requireMigrated } from "../platform/db/migrate.ts";
import { findEmbeddedPostgres } from "../platform/embedded-postgres/embedded-postgres.ts";
import { lockHome } from "../platform/home-lock.ts";
import { migrations } from "../start/migrations.ts";
import { openDatabase } from "../start/open-database.ts";

/** A command needs little. */
const CONNECTIONS_MAX = 5;

/**
 * The server's database, whether a server runs or not: an embedded one that nobody runs is started for as long as the command
 * takes. @throws FlowwError NOT_FOUND, SCHEMA_OTHER
 */
export async function openOperatorDatabase(
  config: Config,
  opened: AsyncDisposableStack,
  report: (error: unknown) => void,
): Promise<Database> {
  const { database } = config;
  if (database.kind === "external") return connect({ connectionString: database.url }, opened);
  if (!existsSync(join(database.folder, "data", "PG_VERSION")))
    throw new FlowwError("NOT_FOUND", `There is no database in ${config.home}.`, {
      fix: "Set FLOWW_HOME (or DATABASE_URL) as the server has it.",
    });
  const lock = await lockHome(config.home).catch((error: unknown) => {
    if (error instanceof FlowwError && error.code === "HOME_LOCKED") return undefined;
    throw error;
  });
  if (lock === undefined) return connect(await findEmbeddedPostgres(database.folder), opened);
  opened.defer(() => lock.release());
  return (await openDatabase(config, opened, report)).database;
}

async function connect(
  options: ConstructorParameters<typeof Database>[0],
  opened: AsyncDisposableStack,
): Promise<Database> {
  const database = new Database(options, { connectionsMax: CONNECTIONS_MAX });
  opened.defer(() => database.close());
  await requireMigrated(database, migrations);
  return database;
}
