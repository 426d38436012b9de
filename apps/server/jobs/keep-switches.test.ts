import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { Switches } from "../domain/switches/switches.ts";
import { createTestDatabase } from "../testing/test-database.ts";
import { keepSwitches } from "./keep-switches.ts";

test("what changed while nobody could hear of it is read when the connection is back", async () => {
  await using database = await createTestDatabase();
  const switches = new Switches(database);
  const reported: unknown[] = [];
  const keeper = await keepSwitches({ database, switches, report: (error) => reported.push(error) });
  await database.query("insert into switches (name, is_on, changed_by) values ('deploys', false, 'Ada')");
  expect(switches.refusal("deploys")).toBeUndefined();
  const ended = await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and query = 'listen switches_changed'`,
  );
  expect(ended.rowCount).toBe(1);
  while (switches.refusal("deploys") === undefined) await delay(10);
  expect(switches.refusal("deploys")?.message).toBe(
    "Deploying and rolling back are turned off on this server.",
  );
  await keeper.stop();
  expect(reported).toEqual([]);
});
