import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { createTestDatabase } from "../../testing/test-database.ts";
import { JobStates } from "./job-states.ts";
import { forgetJobsOfDeadServers, listJobStates } from "./store.ts";

const fails = () => Promise.reject(new TypeError("no room\nat line 2"));
const goesWell = () => Promise.resolve("done");

/** Counts what is written; each write is its own statement. */
function counted(database: Queryable) {
  const counts = { writes: 0 };
  const query: Queryable["query"] = (text, values) => {
    counts.writes += 1;
    return database.query(text, values);
  };
  return { query, counts };
}

test("a job that fails all the time is written now and then, with all its failures, until it goes well", async () => {
  await using database = await createTestDatabase();
  const { query, counts } = counted(database);
  const serverId = newUuid();
  const every = { failureEveryMs: 100, successEveryMs: 100 };
  const states = new JobStates({ database: { query }, serverId, report: throwIt, ...every });
  const job = (work: () => Promise<unknown>) => states.track("sweep", work, { isAlone: true });
  for (let index = 0; index < 50; index++) await expect(job(fails)).rejects.toThrow("no room");
  await settled(database, (failures) => failures === 50);
  expect(counts.writes).toBeLessThanOrEqual(10);
  expect(await listJobStates(database)).toMatchObject([
    { name: "sweep", failure: "no room", succeededAt: null },
  ]);
  expect(await job(goesWell)).toBe("done");
  await settled(database, (failures) => failures === 0);
  const [kept] = await listJobStates(database);
  expect([kept?.succeededAt, kept?.failedAt]).toEqual([expect.any(Date), expect.any(Date)]);
  await states.stop();
});

test("what fails on one server is seen, whatever the others say, until that server is gone", async () => {
  await using database = await createTestDatabase();
  const [one, two] = [newUuid(), newUuid()];
  for (const id of [one, two])
    await database.query("insert into servers (id, lease_until) values ($1, now() + interval '1 hour')", [
      id,
    ]);
  const statesOf = (serverId: string) => new JobStates({ database, serverId, report: throwIt });
  const [good, bad] = [statesOf(one), statesOf(two)];
  await expect(bad.track("renew", fails)).rejects.toThrow();
  await bad.stop();
  await good.track("renew", goesWell);
  await good.stop();
  expect(await listJobStates(database)).toMatchObject([{ name: "renew", failures: 1, failure: "no room" }]);
  await database.query("delete from servers where id = $1", [two]);
  await forgetJobsOfDeadServers(database);
  expect(await listJobStates(database)).toMatchObject([{ name: "renew", failures: 0, failure: null }]);
});

test("a job is not hurt by a table that cannot be written", async () => {
  const reported: unknown[] = [];
  const query = () => Promise.reject(new TypeError("the database is away"));
  const states = new JobStates({
    ...{ database: { query }, serverId: newUuid() },
    report: (error) => reported.push(error),
  });
  expect(await states.track("sweep", goesWell)).toBe("done");
  await states.stop();
  expect(reported).toHaveLength(1);
});

function throwIt(error: unknown): never {
  throw error;
}

async function settled(database: Queryable, isSo: (failures: number | undefined) => boolean): Promise<void> {
  while (!isSo((await listJobStates(database))[0]?.failures)) await delay(10);
}
