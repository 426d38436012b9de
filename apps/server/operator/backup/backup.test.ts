import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readConfig } from "../../config/config.ts";
import { PRUNE_LOCK } from "../../domain/deliveries/retention/prune-ledger.ts";
import { setSecret } from "../../domain/secrets/set-secret.ts";
import { DiskArtifacts } from "../../platform/blobs/disk-artifacts.ts";
import { listTables } from "../../platform/db/copy/list-tables.ts";
import type { Database, DatabaseClient } from "../../platform/db/database.ts";
import { ensureDayPartitions } from "../../platform/db/day-partitions.ts";
import { listApplied, migrate, requireMigrated } from "../../platform/db/migrate.ts";
import { ledgerTables, migrations } from "../../start/migrations.ts";
import { anOrganization, aVault, aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { openEmptyTarget } from "./empty-target.ts";
import { readBackup } from "./read-backup.ts";
import { writeBackup } from "./write-backup.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const neverReported = (error: unknown) => {
  throw error;
};

let opened: AsyncDisposableStack;
let folder: string;
beforeEach(async () => {
  opened = new AsyncDisposableStack();
  folder = await mkdtemp(join(tmpdir(), "floww-backup-"));
  opened.defer(() => rm(folder, { recursive: true }));
});
afterEach(() => opened.disposeAsync());

async function aDatabase(options: { isEmpty?: boolean } = {}): Promise<TestDatabase> {
  return opened.use(await createTestDatabase(options));
}

const homeOf = (name: string) => join(folder, name);
const backUp = (database: Database, file: string) =>
  writeBackup({
    database,
    config: readConfig({ FLOWW_HOME: homeOf("source") }),
    file: join(folder, file),
    hasMasterKey: false,
  });

async function restore(target: TestDatabase, file: string, home = homeOf("target")): Promise<void> {
  await using restoring = new AsyncDisposableStack();
  const config = readConfig({ FLOWW_HOME: home, DATABASE_URL: target.url });
  const { database, succeed } = await openEmptyTarget(config, restoring, neverReported);
  await readBackup({ database, home, file: join(folder, file) });
  await succeed();
}

/** Every row of every table, in PostgreSQL's own words. */
async function contentOf(database: Database): Promise<Record<string, string[]>> {
  const content: Record<string, string[]> = {};
  for (const { name } of await listTables(database)) {
    const { rows } = await database.query<{ row: string }>(`select t::text as row from ${name} t order by 1`);
    content[name] = rows.map(({ row }) => row);
  }
  return content;
}

/** Text that COPY has to escape, days of several partitions, a sequence that was used. */
async function fill(database: Database): Promise<string> {
  const { id: namespaceId } = (await anOrganization(database, { name: 'a\tb\n\\N "c" \\.' })).namespace;
  const workflow = await aWorkflow(database, { namespaceId });
  const vault = await aVault(database);
  await setSecret({ database, vault }, namespaceId, {
    name: "a",
    credential: "default",
    value: { b: "\\N\n" },
    updatedBy: "ada",
  });
  await ensureDayPartitions(database, ledgerTables, Date.now() - 40 * DAY_MS);
  for (const days of [0, 1, 40])
    await database.query(
      `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state, finished_at, event)
       values ($1, $2, $3, $4, 2, 0, 10, now(), $5)`,
      [
        uuidAt(Date.now() - days * DAY_MS),
        namespaceId,
        workflow.id,
        randomUUID(),
        Buffer.from([0, 9, 10, 92, 255]),
      ],
    );
  await database.query("select nextval('kv_versions')");
  return namespaceId;
}

function uuidAt(ms: number): string {
  const hex = ms.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${randomUUID().slice(15)}`;
}

test("every row comes back as it was, and the bytes of the disk with them", async () => {
  const source = await aDatabase();
  const namespaceId = await fill(source);
  const artifacts = new DiskArtifacts(join(homeOf("source"), "artifacts"));
  const hashes = await Promise.all(
    ["", "one", "x".repeat(100_000)].map((text) => artifacts.put(namespaceId, Buffer.from(text))),
  );
  const blob = join("registry", namespaceId, "sha256", "ab", "ab".repeat(32));
  const upload = join("registry", namespaceId, "uploads", randomUUID());
  for (const path of [blob, upload]) {
    await mkdir(join(homeOf("source"), path, ".."), { recursive: true });
    await writeFile(join(homeOf("source"), path), "bytes");
  }
  await backUp(source, "backup");
  const target = await aDatabase({ isEmpty: true });
  await restore(target, "backup");
  // Artifacts that came just before are looked at again: their rows may have been on their way.
  const expected = await contentOf(source);
  const found = await contentOf(target);
  expect(found.artifact_candidates).toHaveLength(hashes.length);
  expect({ ...found, artifact_candidates: [] }).toEqual(expected);
  const sequence = "select last_value, is_called from kv_versions";
  expect((await target.query(sequence)).rows).toEqual((await source.query(sequence)).rows);
  await requireMigrated(target, migrations);
  const restored = new DiskArtifacts(join(homeOf("target"), "artifacts"));
  for (const hash of hashes)
    expect(await restored.get(namespaceId, hash)).toEqual(await artifacts.get(namespaceId, hash));
  expect(String(await readFile(join(homeOf("target"), blob)))).toBe("bytes");
  await expect(readFile(join(homeOf("target"), upload))).rejects.toMatchObject({ code: "ENOENT" });
});

test("a backup of an older version comes back with its tables, which the next start brings up to date", async () => {
  const source = await aDatabase({ isEmpty: true });
  const older = migrations.slice(0, -1);
  await onOneConnection(source, (client) => migrate(client, older));
  await anOrganization(source);
  await backUp(source, "backup");
  const target = await aDatabase({ isEmpty: true });
  await restore(target, "backup");
  expect((await listApplied(target)).map(({ id }) => id)).toEqual(older.map(({ id }) => id).sort());
  const before = await contentOf(target);
  expect(before).toEqual(await contentOf(source));
  await onOneConnection(target, (client) => migrate(client, migrations));
  expect(await contentOf(target)).toMatchObject({ organizations: before.organizations });
});

test("a target that has something is left as it is", async () => {
  const source = await aDatabase();
  await backUp(source, "backup");
  await expect(restore(source, "backup")).rejects.toMatchObject({ code: "BACKUP_TARGET_TAKEN" });
  const target = await aDatabase({ isEmpty: true });
  const home = homeOf("taken");
  await mkdir(join(home, "artifacts", "something"), { recursive: true });
  await expect(restore(target, "backup", home)).rejects.toThrow(/artifacts is not empty/);
  expect(await readdir(home)).toEqual(["artifacts"]);
  expect(await listTables(target)).toEqual([]);
});

test("what fails in its middle leaves neither rows nor tables nor bytes", async () => {
  const source = await aDatabase();
  const namespaceId = await fill(source);
  await new DiskArtifacts(join(homeOf("source"), "artifacts")).put(namespaceId, Buffer.from("bytes"));
  await backUp(source, "backup");
  const bytes = await readFile(join(folder, "backup"));
  await writeFile(join(folder, "cut"), bytes.subarray(0, -50));
  const target = await aDatabase({ isEmpty: true });
  await expect(restore(target, "cut")).rejects.toMatchObject({ code: "BACKUP_INVALID" });
  expect(await listTables(target)).toEqual([]);
  expect(await readdir(homeOf("target"))).toEqual([]);
  await restore(target, "backup");
});

test("what comes while a backup begins has its bytes in it where it has its row", async () => {
  const source = await aDatabase();
  const namespaceId = await fill(source);
  const artifacts = new DiskArtifacts(join(homeOf("source"), "artifacts"));
  const put = async (text: string) => {
    const hash = await artifacts.put(namespaceId, Buffer.from(text));
    await source.query(
      "insert into bundles (namespace_id, hash, code_bytes, map_bytes) values ($1, $2, 1, 0)",
      [namespaceId, hash],
    );
  };
  await put("before");
  const blocker = await source.connect();
  await blocker.query("begin");
  await blocker.query("lock table organizations in access exclusive mode");
  const backup = backUp(source, "backup");
  await eventuallyWaiting(source, "relation");
  await put("meanwhile");
  await blocker.end();
  await backup;
  const target = await aDatabase({ isEmpty: true });
  await restore(target, "backup");
  const { rows } = await target.query<{ hash: string }>("select hash from bundles");
  expect(rows.length).toBeGreaterThan(0);
  const restored = new DiskArtifacts(join(homeOf("target"), "artifacts"));
  for (const { hash } of rows) expect(await restored.has(namespaceId, hash)).toBe(true);
});

test("whoever prunes is waited for, and nobody does meanwhile", async () => {
  const source = await aDatabase();
  const pruner = await source.connect();
  await pruner.query("select pg_advisory_lock($1)", [PRUNE_LOCK]);
  let isOver = false;
  const backup = backUp(source, "backup").then(() => {
    isOver = true;
  });
  await eventuallyWaiting(source, "advisory");
  expect(isOver).toBe(false);
  await pruner.end();
  await backup;
});

/** Until somebody on this database waits for a lock of this type. */
async function eventuallyWaiting(database: Database, type: "advisory" | "relation"): Promise<void> {
  for (let isWaiting = false; !isWaiting; ) {
    const { rows } = await database.query<{ count: number }>(
      `select count(*)::integer as count from pg_locks where locktype = $1 and not granted
       and database = (select oid from pg_database where datname = current_database())`,
      [type],
    );
    isWaiting = rows[0]!.count > 0;
  }
}

async function onOneConnection(
  database: Database,
  work: (client: DatabaseClient) => Promise<void>,
): Promise<void> {
  const client = await database.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
