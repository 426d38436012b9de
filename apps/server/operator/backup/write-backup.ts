import { join } from "node:path";
import type { Config } from "../../config/config.ts";
import { PRUNE_LOCK } from "../../domain/deliveries/retention/prune-ledger.ts";
import { COLLECT_LOCK } from "../../domain/registry/collect-blobs.ts";
import { listKeys } from "../../domain/secrets/keys/store.ts";
import { ArchiveWriter } from "../../platform/archive/archive-writer.ts";
import { dumpTable } from "../../platform/db/copy/dump-table.ts";
import { listSequences, listTables, quoteName } from "../../platform/db/copy/list-tables.ts";
import type { Database, DatabaseClient } from "../../platform/db/database.ts";
import { listApplied } from "../../platform/db/migrate.ts";
import { MASTER_KEY_FILE } from "../../platform/keys/master-key-file.ts";
import { BACKUP_FORMAT, type BackupHead, HEAD_NAME } from "./backup-head.ts";
import { listStored, STORED_FOLDERS } from "./stored-files.ts";

export interface BackupOptions {
  database: Database;
  config: Pick<Config, "home" | "artifacts" | "registry">;
  /** Must not be there yet. */
  file: string;
  hasMasterKey: boolean;
}

/**
 * Writes all that the server has at one moment, while it runs. Rows come first, from one snapshot, and then the bytes that they
 * name: nobody removes any as long as this holds the locks of those who do. @throws FlowwError BACKUP_TARGET_TAKEN
 */
export async function writeBackup({
  database,
  config,
  file,
  hasMasterKey,
}: BackupOptions): Promise<{ head: BackupHead; bytes: number; entries: number }> {
  await using archive = await ArchiveWriter.create(file);
  const client = await database.connect();
  try {
    for (const lock of [PRUNE_LOCK, COLLECT_LOCK]) await client.query("select pg_advisory_lock($1)", [lock]);
    // Between two pieces it waits for a disk or a network, as long as that takes.
    await client.query("set idle_in_transaction_session_timeout = 0");
    await client.query("begin isolation level repeatable read, read only");
    const head = await readHead(client, { config, hasMasterKey });
    await archive.add(HEAD_NAME, Buffer.from(JSON.stringify(head)));
    for (const table of head.tables) {
      let piece = 0;
      for await (const rows of dumpTable(client, table))
        await archive.add(`tables/${table.name}/${String(++piece).padStart(8, "0")}`, rows);
    }
    await client.query("commit");
    for (const folder of STORED_FOLDERS)
      if (head[folder] === "disk")
        for await (const name of listStored(config.home, folder))
          await archive.addFile(name, join(config.home, name));
    if (hasMasterKey) await archive.addFile(MASTER_KEY_FILE, join(config.home, MASTER_KEY_FILE));
    return { head, ...(await archive.finish()) };
  } finally {
    await client.end();
  }
}

async function readHead(
  client: DatabaseClient,
  { config, hasMasterKey }: Pick<BackupOptions, "config" | "hasMasterKey">,
): Promise<BackupHead> {
  const tables = await listTables(client);
  // Until the rows are copied no table may become another one.
  await client.query(
    `lock table ${tables.map(({ name }) => quoteName(name)).join(", ")} in access share mode`,
  );
  const { rows } = await client.query<{ now: Date }>("select now() as now");
  const wrappers = (await listKeys(client)).map(({ wrappedBy }) => wrappedBy ?? "file:");
  return {
    format: BACKUP_FORMAT,
    takenAt: rows[0]!.now.toISOString(),
    migrations: await listApplied(client),
    tables,
    sequences: await listSequences(client),
    artifacts: config.artifacts.kind === "disk" ? "disk" : "elsewhere",
    registry: config.registry.kind === "disk" ? "disk" : "elsewhere",
    keysWrappedBy: [...new Set(wrappers)],
    hasMasterKey,
  };
}
