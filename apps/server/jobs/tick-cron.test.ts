import { expect, test } from "vitest";
import { JobStates } from "../domain/job-states/job-states.ts";
import { setSwitch } from "../domain/switches/store.ts";
import { Switches } from "../domain/switches/switches.ts";
import type { RouteTable } from "../domain/triggers/route-table.ts";
import { newUuid } from "../platform/uuid-v7.ts";
import { aWorkflow } from "../testing/builders.ts";
import { silentBells } from "../testing/silent-bells.ts";
import { createTestDatabase } from "../testing/test-database.ts";
import { CronTicker } from "./tick-cron.ts";

const MINUTE_MS = 60_000;

test("what is due while schedules are off is left out, and not caught up with when they are on again", async () => {
  await using database = await createTestDatabase();
  const workflow = await aWorkflow(database);
  const triggerId = newUuid();
  const due = new Date(Date.now() - 10 * MINUTE_MS);
  const expression = `${due.getUTCMinutes()} ${due.getUTCHours()} * * *`;
  const input = { expression, timezone: "UTC", overlap: true, catchUp: "all" };
  await database.query(
    `insert into triggers (id, namespace_id, workflow_id, handler_id, provider_type, provider_alias, type, key, input, ticked_until)
     values ($1, $2, $3, 'h', 'builtin', 'default', 'onCron', 'cron', $4, now() - interval '1 hour')`,
    [triggerId, workflow.namespaceId, workflow.id, JSON.stringify(input)],
  );
  const switches = new Switches(database);
  const report = (error: unknown) => {
    throw error;
  };
  const tick = async () => {
    const read = await database.query<{ tickedUntil: Date }>(
      'select ticked_until as "tickedUntil" from triggers where id = $1',
      [triggerId],
    );
    const { id: workflowId, namespaceId } = workflow;
    const trigger = { id: triggerId, workflowId, namespaceId, type: "onCron", input, ...read.rows[0] };
    const routes = {
      workflowIds: () => [workflowId],
      triggersOf: () => [trigger],
      onChange: () => undefined,
    };
    const context = {
      ...{ database, switches, report },
      routes: routes as unknown as RouteTable, // what a ticker asks of it
      jobStates: new JobStates({ database, serverId: newUuid(), report }),
      bells: silentBells,
      ...{ wakeQueue: () => undefined, wakeKey: () => undefined, wakeBatch: () => undefined },
    };
    await new CronTicker(context).tick();
    const count = async (table: string) => (await database.query(`select from ${table}`)).rowCount;
    return { ticks: await count("cron_ticks"), executions: await count("executions") };
  };
  const change = { name: "schedules", reason: undefined, changedBy: "Ada" } as const;
  await setSwitch(database, { ...change, isOn: false });
  await switches.refresh();
  expect(await tick()).toEqual({ ticks: 1, executions: 0 });
  await setSwitch(database, { ...change, isOn: true });
  await switches.refresh();
  expect(await tick()).toEqual({ ticks: 1, executions: 0 });
  // On, the same hour would have been run.
  await database.query("delete from cron_ticks");
  await database.query("update triggers set ticked_until = now() - interval '1 hour'");
  expect(await tick()).toEqual({ ticks: 1, executions: 1 });
});
