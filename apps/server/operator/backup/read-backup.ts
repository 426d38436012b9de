import { createWriteStream, existsSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { FlowwError } from "@floww/contract/errors";
import { noteArtifact } from "../../domain/deliveries/retention/collect-artifacts.ts";
import { type ArchiveEntry, readArchive } from "../../platform/archive/read-archive.ts";
import { quoteName } from "../../platform/db/copy/list-tables.ts";
import { beginLoad, type TableLoad } from "../../platform/db/copy/load-table.ts";
import type { Database, DatabaseClient } from "../../platform/db/database.ts";
import { hashOf, migrate } from "../../platform/db/migrate.ts";
import { MASTER_KEY_FILE } from "../../platform/keys/master-key-file.ts";
import { migrations } from "../../start/migrations.ts";
import { type BackupHead, HEAD_NAME, parseHead } from "./backup-head.ts";
import { isStored, readArtifactName } from "./stored-files.ts";

const TABLE_ENTRY = /^tables\/([a-z_][a-z0-9_]*)\/\d{8}$/;
const CLOCK_SLACK_MS = 60_000;

/**
 * Puts a backup into an empty database and home: all or nothing of the rows, in the transaction that ends when the whole file
 * has been read and was what was written. The tables are those of the backup; a server that starts brings them up to date.
 *
 * @throws FlowwError BACKUP_INVALID, BACKUP_TARGET_TAKEN, SCHEMA_OTHER
 */
export async function readBackup({
  database,
  home,
  file,
}: {
  database: Database;
  home: string;
  file: string;
}): Promise<BackupHead> {
  const client = await database.connect();
  try {
    const restore = new Restore(client, home);
    await readArchive(file, (entry) => restore.take(entry));
    return await restore.finish();
  } finally {
    await client.end();
  }
}

class Restore {
  readonly #client: DatabaseClient;
  readonly #home: string;
  #head: BackupHead | undefined;
  /** Tables whose rows are still to come, in order. */
  #tablesLeft: BackupHead["tables"] = [];
  #masterKey: Buffer | undefined;
  #loading: { name: string; load: TableLoad } | undefined;

  constructor(client: DatabaseClient, home: string) {
    this.#client = client;
    this.#home = home;
  }

  async take(entry: ArchiveEntry): Promise<void> {
    if (this.#head === undefined) {
      if (entry.name !== HEAD_NAME) throw new FlowwError("BACKUP_INVALID");
      this.#head = parseHead(await buffer(entry.content));
      await this.#begin(this.#head);
      return;
    }
    const [, table] = TABLE_ENTRY.exec(entry.name) ?? [];
    if (table !== undefined) return this.#takeRows(table, await buffer(entry.content));
    await this.#endRows();
    if (entry.name === MASTER_KEY_FILE) {
      this.#masterKey = await buffer(entry.content);
      return;
    }
    if (!isStored(entry.name))
      throw new FlowwError("BACKUP_INVALID", `The backup has an entry ${entry.name}.`);
    await this.#takeFile(entry, this.#head);
  }

  async finish(): Promise<BackupHead> {
    if (this.#head === undefined) throw new FlowwError("BACKUP_INVALID");
    await this.#endRows();
    for (const { name, value, isCalled } of this.#head.sequences)
      await this.#client.query("select setval($1::regclass, $2, $3)", [quoteName(name), value, isCalled]);
    if (this.#masterKey !== undefined) await this.#writeMasterKey(this.#masterKey);
    await this.#client.query("commit");
    return this.#head;
  }

  async #begin(head: BackupHead): Promise<void> {
    if (head.hasMasterKey && existsSync(this.#masterKeyFile))
      throw new FlowwError(
        "BACKUP_TARGET_TAKEN",
        `${this.#masterKeyFile} is there, and the backup has one too.`,
      );
    const known = new Map(migrations.map((migration) => [migration.id, hashOf(migration)]));
    const foreign = head.migrations.find(({ id, hash }) => known.get(id) !== hash);
    if (foreign !== undefined)
      throw new FlowwError("SCHEMA_OTHER", `The backup has ${foreign.id} as this program does not know it.`);
    const applied = new Set(head.migrations.map(({ id }) => id));
    await migrate(
      this.#client,
      migrations.filter(({ id }) => applied.has(id)),
    );
    // Between two pieces it waits for the archive, as long as that takes.
    await this.#client.query("set idle_in_transaction_session_timeout = 0");
    await this.#client.query("begin");
    // What migrations themselves put in is in the backup as well, as it is now.
    await this.#client.query(`truncate ${head.tables.map(({ name }) => quoteName(name)).join(", ")}`);
    this.#tablesLeft = [...head.tables];
  }

  async #takeRows(name: string, rows: Buffer): Promise<void> {
    if (this.#loading?.name !== name) {
      await this.#endRows();
      const index = this.#tablesLeft.findIndex((table) => table.name === name);
      const table = this.#tablesLeft[index];
      if (table === undefined)
        throw new FlowwError("BACKUP_INVALID", `The backup has rows of ${name} out of order.`);
      this.#tablesLeft.splice(0, index + 1);
      this.#loading = { name, load: await beginLoad(this.#client, table) };
    }
    await this.#loading.load.write(rows);
  }

  async #endRows(): Promise<void> {
    await this.#loading?.load.end();
    this.#loading = undefined;
  }

  async #takeFile(entry: ArchiveEntry, { takenAt }: BackupHead): Promise<void> {
    const path = join(this.#home, entry.name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await pipeline(entry.content, createWriteStream(path, { flags: "wx", mode: 0o600, flush: true }));
    // It came while the backup was taken, and its row may not have.
    const artifact = readArtifactName(entry.name);
    const isLate = entry.mtime.getTime() > Date.parse(takenAt) - CLOCK_SLACK_MS;
    if (artifact !== undefined && isLate) await noteArtifact(this.#client, artifact);
  }

  async #writeMasterKey(content: Buffer): Promise<void> {
    await using handle = await open(this.#masterKeyFile, "wx", 0o600);
    await handle.writeFile(content);
    await handle.sync();
  }

  get #masterKeyFile(): string {
    return join(this.#home, MASTER_KEY_FILE);
  }
}
