import { afterAll, beforeAll, expect, test } from "vitest";
import { RunsInHand } from "../domain/executions/runs-in-hand.ts";
import { JobStates } from "../domain/job-states/job-states.ts";
import { createTestDatabase, type TestDatabase } from "../testing/test-database.ts";
import { keepLease } from "./keep-lease.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const SERVER_ID = "01900000-0000-7000-8000-000000000001";

async function leaseUntil(): Promise<number> {
  const { rows } = await database.query<{ until: Date }>(
    "select lease_until as until from servers where id = $1",
    [SERVER_ID],
  );
  return rows[0]!.until.getTime();
}

test("a lease is renewed while the look at what others left waits for a lock", async () => {
  const report = () => undefined;
  const jobStates = new JobStates({ database, serverId: SERVER_ID, report });
  const runs = new RunsInHand();
  const holder = await database.connect();
  await holder.query("begin");
  await holder.query("lock table executions in access exclusive mode");
  const bells = { executionChanged: () => undefined };
  const lease = await keepLease({
    ...{ database, serverId: SERVER_ID, runs, jobStates, bells, report, refused: { unknown: 0 } },
    wakeQueue: () => undefined,
  });
  const first = await leaseUntil();
  await expect.poll(leaseUntil, { timeout: 30_000 }).toBeGreaterThan(first + 2_000);
  const { rowCount } = await holder.query("select from pg_locks where not granted");
  expect(rowCount).toBeGreaterThan(0);
  await holder.query("commit");
  await holder.end();
  await lease.stop();
  await jobStates.stop();
  expect((await database.query("select from servers where id = $1", [SERVER_ID])).rowCount).toBe(0);
});
