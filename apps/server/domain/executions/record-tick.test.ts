import { afterAll, beforeAll, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { silentBells } from "../../testing/silent-bells.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { recordTick } from "./record-tick.ts";
import { ExecutionState } from "./states.ts";

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2040, 0, 1);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

async function aSchedule() {
  const { id: workflowId, namespaceId } = await aWorkflow(database);
  const id = newUuid();
  await database.query(
    `insert into triggers (id, namespace_id, workflow_id, handler_id, provider_type, provider_alias, type, key, input)
     values ($1, $2, $3, 'h', 'builtin', 'default', 'onCron', 'cron', '{}')`,
    [id, namespaceId, workflowId],
  );
  const context = { database, bells: silentBells, wakeKey: () => undefined, wakeBatch: () => undefined };
  const count = async (table: string) =>
    (await database.query(`select from ${table} where trigger_id = $1`, [id])).rowCount;
  return {
    tick: (minutes: number, overlap: boolean) =>
      recordTick(context, {
        ...{ namespaceId, workflowId, trigger: { id, input: {} }, expression: "* * * * *", overlap },
        at: new Date(START_MS + minutes * MINUTE_MS),
      }),
    counts: async () => ({ ticks: await count("cron_ticks"), executions: await count("executions") }),
    end: () =>
      database.query("update executions set state = $2, finished_at = now() where trigger_id = $1", [
        id,
        ExecutionState.completed,
      ]),
  };
}

test("with overlap false a tick is left out while an earlier run is not over, and for good", async () => {
  const schedule = await aSchedule();
  expect(await schedule.tick(0, false)).toBe(true);
  expect(await schedule.tick(1, false)).toBe(false);
  await schedule.end();
  expect(await schedule.tick(1, false)).toBe(false);
  expect(await schedule.counts()).toEqual({ ticks: 2, executions: 1 });
  expect(await schedule.tick(2, false)).toBe(true);
});

test("with overlap true it runs beside the earlier one", async () => {
  const schedule = await aSchedule();
  expect([await schedule.tick(0, true), await schedule.tick(1, true)]).toEqual([true, true]);
  expect(await schedule.counts()).toEqual({ ticks: 2, executions: 2 });
});

test("of servers that record one tick at once, one does", async () => {
  const schedule = await aSchedule();
  const recorded = await Promise.all([1, 2, 3, 4].map(() => schedule.tick(0, true)));
  expect(recorded.filter(Boolean)).toHaveLength(1);
  expect(await schedule.counts()).toEqual({ ticks: 1, executions: 1 });
});
