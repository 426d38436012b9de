import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { Database } from "../platform/db/database.ts";
import { assertNone, findStuck } from "./find-stuck.ts";
import { TEMPLATE, type TestCluster } from "./test-cluster.ts";

/** A migrated, empty database of one test file's own; it ends with `await using` or `[Symbol.asyncDispose]()`. */
export interface TestDatabase extends Database {
  /** For a server of its own: `DATABASE_URL`. */
  url: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A connection that is being closed needs a moment; one that leaks stays. */
const LEAK_WAIT_MS = 10_000;
const POLL_MS = 10;

/**
 * Copies the run's template (about 0.1 s). In a test file:
 *
 *     let database: TestDatabase;
 *     beforeAll(async () => { database = await createTestDatabase(); });
 *     afterAll(() => database[Symbol.asyncDispose]());
 *
 * Give what is under test `database` itself, or start a server on `database.url`. Builders (`anOrganization(database)`,
 * `aWorkflow(database)`) make rows. Disposing fails the file when anything is still connected, a leak, and when an
 * execution is stuck: unfinished half a minute past its deadline.
 */
export async function createTestDatabase({
  leakWaitMs = LEAK_WAIT_MS,
  leavesStuck,
  isEmpty = false,
}: {
  leakWaitMs?: number;
  /** Why executions of this file may be unfinished past their deadline: it puts them there itself. */
  leavesStuck?: string;
  /** Without any table of ours. */
  isEmpty?: boolean;
} = {}): Promise<TestDatabase> {
  const cluster = inject("testCluster");
  const name = `test_${randomBytes(8).toString("hex")}`;
  await onMaintenance(cluster, `create database ${name} template ${isEmpty ? "template0" : TEMPLATE}`);
  const database = new Database({ ...cluster, database: name });
  return Object.assign(database, {
    url: urlOf(cluster, name),
    [Symbol.asyncDispose]: async () => {
      const isExempt = leavesStuck !== undefined || isEmpty;
      const stuck = isExempt ? [] : await findStuck(async (sql) => (await database.query(sql)).rows as never);
      await database.close();
      const leaked = await waitForNoConnections(cluster, { name, waitMs: leakWaitMs });
      await onMaintenance(cluster, `drop database ${name} with (force)`);
      if (leaked.length > 0) throw new TypeError(`connections were left open:\n${leaked.join("\n")}`);
      assertNone(stuck);
    },
  });
}

/** What is still connected when the time is over: the last statement of each. */
async function waitForNoConnections(
  cluster: TestCluster,
  { name, waitMs }: { name: string; waitMs: number },
): Promise<string[]> {
  const maintenance = new Database({ ...cluster, database: "postgres" });
  try {
    const until = Date.now() + waitMs;
    for (;;) {
      const open = await maintenance.query<{ query: string }>(
        "select query from pg_stat_activity where datname = $1",
        [name],
      );
      if (open.rows.length === 0 || Date.now() > until) return open.rows.map(({ query }) => query);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  } finally {
    await maintenance.close();
  }
}

async function onMaintenance(cluster: TestCluster, sql: string): Promise<void> {
  const maintenance = new Database({ ...cluster, database: "postgres" });
  try {
    await maintenance.query(sql);
  } finally {
    await maintenance.close();
  }
}

/** A socket folder goes into the query, where the client looks for it. */
function urlOf({ host, port, user, password }: TestCluster, name: string): string {
  const url = new URL(`postgres://${user}:${encodeURIComponent(password)}@localhost:${port}/${name}`);
  url.searchParams.set("host", host);
  return url.href;
}
