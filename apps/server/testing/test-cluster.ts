import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { readConfig } from "../config/config.ts";
import { readEnvironment } from "../config/env.ts";
import { Database } from "../platform/db/database.ts";
import { ensureDayPartitions } from "../platform/db/day-partitions.ts";
import { migrate } from "../platform/db/migrate.ts";
import { startEmbeddedPostgres } from "../platform/embedded-postgres/embedded-postgres.ts";
import { ledgerTables, migrations } from "../start/migrations.ts";

/** How a test reaches the run's PostgreSQL; plain data, for it travels to the test processes. */
export interface TestCluster {
  host: string;
  port: number;
  user: string;
  password: string;
}

declare module "vitest" {
  interface ProvidedContext {
    testCluster: TestCluster;
  }
}

export const TEMPLATE = "floww_template";

/**
 * Runs once before all tests: one PostgreSQL for the run, and in it a migrated template that `createTestDatabase()`
 * copies. It ends, folder and all, with the run.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "floww-test-pg-"));
  const { path } = readConfig(readEnvironment());
  const postgres = await startEmbeddedPostgres({ folder, path });
  const stop = async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await createTemplate(postgres.clientConfig);
  } catch (error) {
    await stop();
    throw error;
  }
  const { host, port, user, password } = postgres.clientConfig;
  if (typeof password !== "string") throw new TypeError("the embedded PostgreSQL has no password");
  project.provide("testCluster", { host: host ?? "", port: port ?? 0, user: user ?? "", password });
  return stop;
}

async function createTemplate(config: ConstructorParameters<typeof Database>[0]): Promise<void> {
  const maintenance = new Database(config);
  try {
    await maintenance.query(`create database ${TEMPLATE}`);
    await fillTemplate(new Database({ ...config, database: TEMPLATE }));
    // A template that somebody is connected to cannot be copied: now nobody can be.
    await maintenance.query(`alter database ${TEMPLATE} with allow_connections false is_template true`);
  } finally {
    await maintenance.close();
  }
}

async function fillTemplate(database: Database): Promise<void> {
  try {
    const client = await database.connect();
    await migrate(client, migrations).finally(() => client.end());
    await ensureDayPartitions(database, ledgerTables, Date.now());
  } finally {
    await database.close();
  }
}
