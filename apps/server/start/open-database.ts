import type { Config } from "../config/config.ts";
import { hasHadWorkflows } from "../domain/workflows/store.ts";
import { Database, refuseUnsafe } from "../platform/db/database.ts";
import { ensureDayPartitions } from "../platform/db/day-partitions.ts";
import { migrate } from "../platform/db/migrate.ts";
import { startEmbeddedPostgres } from "../platform/embedded-postgres/embedded-postgres.ts";
import { ledgerTables, migrations } from "./migrations.ts";

/** The database, started when it is ours to start, safe, migrated and with the partitions of the coming days. */
export async function openDatabase(
  config: Config,
  opened: AsyncDisposableStack,
  report: (error: unknown) => void,
): Promise<{ database: Database; isFresh: boolean }> {
  let clientConfig: ConstructorParameters<typeof Database>[0];
  if (config.database.kind === "embedded") {
    const { folder } = config.database;
    const postgres = await startEmbeddedPostgres({ folder, path: config.path, report });
    opened.defer(() => postgres.stop());
    clientConfig = postgres.clientConfig;
  } else {
    clientConfig = { connectionString: config.database.url };
  }
  const database = new Database(clientConfig);
  opened.defer(() => database.close());
  await refuseUnsafe(database);
  const client = await database.connect();
  try {
    await migrate(client, migrations);
  } finally {
    await client.end();
  }
  await ensureDayPartitions(database, ledgerTables, Date.now());
  return { database, isFresh: config.database.kind === "embedded" && !(await hasHadWorkflows(database)) };
}
