import { copyFile, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EXECUTOR_FILE } from "../../domain/runtimes/drivers/test-workflow.ts";
import { Database } from "../../platform/db/database.ts";
import { deployWebhook } from "../../testing/deployed-webhook.ts";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";

const opened = new AsyncDisposableStack();
let folder: string;
let executorFile: string;
let server: TestServer;
let maintenance: Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floww-ready-"));
  opened.defer(() => rm(folder, { recursive: true }));
  executorFile = join(folder, "executor.cjs");
  await copyFile(EXECUTOR_FILE, executorFile);
  server = await startTestServer({ executorFile, environment: { FLOWW_ISOLATION: "permission" } });
  opened.use(server);
  const url = new URL(server.database.url);
  url.pathname = "/postgres";
  maintenance = new Database({ connectionString: url.href });
  opened.defer(() => maintenance.close());
}, 60_000);
afterAll(() => opened.disposeAsync());

/** What is not ready; nothing while all is. */
async function look(): Promise<string[]> {
  const answer = await fetch(`${server.url}/ready`);
  if (answer.status === 200) return [];
  expect(answer.status).toBe(503);
  const { error } = (await answer.json()) as { error: { code: string; details: { notReady: string[] } } };
  expect(error.code).toBe("SERVER_NOT_READY");
  expect(error.details.notReady).not.toEqual([]);
  return error.details.notReady;
}

async function untilMissing(part: string): Promise<void> {
  while (!(await look()).includes(part));
}

async function untilReady(): Promise<void> {
  while ((await look()).length > 0);
}

/** The database lets nobody in, and who is in may stay. */
async function locked(work: () => Promise<void>): Promise<void> {
  const name = new URL(server.database.url).pathname.slice(1);
  await maintenance.query(`alter database ${name} with allow_connections false`);
  try {
    await work();
  } finally {
    await maintenance.query(`alter database ${name} with allow_connections true`);
  }
}

function end(which: string): Promise<unknown> {
  const name = new URL(server.database.url).pathname.slice(1);
  return maintenance.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and ${which}`,
    [name],
  );
}

test("a server with all that it needs is ready", async () => {
  await untilReady();
});

test("without its database it is not ready, and is again by itself", async () => {
  await locked(async () => {
    await end("true");
    await untilMissing("database");
  });
  await untilReady();
}, 60_000);

test("while notifications are lost on it, it is not ready", async () => {
  await locked(async () => {
    await end("query like 'listen %' or query = 'select 1'");
    await untilMissing("notifications");
  });
  await untilReady();
}, 60_000);

test("a server that could not renew its lease is not ready", async () => {
  await server.database.transaction(async (transaction) => {
    await transaction.query("lock table servers in exclusive mode");
    await untilMissing("lease");
  });
  await untilReady();
}, 60_000);

test("a server for whose runs no process starts is not ready, until one does, without another event", async () => {
  const { path, params } = await deployWebhook(server, { name: "ready", handler: "() => undefined" });
  const aside = join(folder, "aside.cjs");
  await rename(executorFile, aside);
  // Each change ends what is warm: before long what was started ahead is used up.
  for (let change = 0; !(await look()).includes("runtime"); change++) {
    const body = { name: "CHANGE", value: String(change) };
    await server.client(server.ownerToken).setVariable({ params, body });
    await fetch(server.url + path, { method: "POST" });
  }
  await rename(aside, executorFile);
  await untilReady();
}, 60_000);
