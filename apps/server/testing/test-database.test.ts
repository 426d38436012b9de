import { describe, expect, test } from "vitest";
import { ExecutionOrigin, ExecutionState } from "../domain/executions/states.ts";
import { renewLease } from "../domain/executions/store.ts";
import { ensureTriggers } from "../domain/triggers/store.ts";
import { findWorkflow } from "../domain/workflows/store.ts";
import { Database } from "../platform/db/database.ts";
import { newUuid } from "../platform/uuid-v7.ts";
import { aWorkflow } from "./builders.ts";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";

test("two test databases are migrated and do not see each other's rows", async () => {
  await using one = await createTestDatabase();
  await using other = await createTestDatabase();
  const workflow = await aWorkflow(one);
  expect(await findWorkflow(one, workflow.namespaceId, workflow.id)).toMatchObject({ name: workflow.name });
  expect(await findWorkflow(other, workflow.namespaceId, workflow.id)).toBeUndefined();
});

test("the address of a test database opens that database", async () => {
  await using database = await createTestDatabase();
  const workflow = await aWorkflow(database);
  const second = new Database({ connectionString: database.url });
  const found = await findWorkflow(second, workflow.namespaceId, workflow.id);
  await second.close();
  expect(found?.id).toBe(workflow.id);
});

test("a connection that is left open fails the file that left it", async () => {
  const database = await createTestDatabase({ leakWaitMs: 100 });
  const leaked = await database.connect();
  leaked.on("error", () => undefined);
  await leaked.query("select 'left open'");
  await expect(database[Symbol.asyncDispose]()).rejects.toThrow("left open");
  await leaked.end().catch(() => undefined);
});

describe("an execution that is unfinished past its deadline and half a minute fails the file", () => {
  const { received, waiting, started, completed } = ExecutionState;
  const { webhook, dev } = ExecutionOrigin;

  /** One execution of a trigger with a deadline of a second, so many seconds old, or due so many seconds ago. */
  async function leave(
    database: TestDatabase,
    {
      state,
      ageS,
      isDue = true,
      origin = webhook,
    }: { state: number; ageS: number; isDue?: boolean; origin?: number },
  ): Promise<string> {
    const { id: workflowId, namespaceId } = await aWorkflow(database);
    const declared = {
      handlerId: "h",
      provider: { type: "builtin", alias: "default" },
      type: "onManual",
      key: "h",
    };
    const owner = { namespaceId, workflowId };
    const [trigger] = await ensureTriggers(database, owner, [{ ...declared, input: { timeoutMs: 1_000 } }]);
    const id = newUuid();
    await database.query(
      `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state, created_at, started_at, due_at)
       select $1, $2, $3, $4, $5, 1, $6, at, case when $7 then at end, case when $8 then at end
       from (select now() - make_interval(secs => $9) as at) as past`,
      [
        ...[id, namespaceId, workflowId, trigger!.id, origin, state],
        ...[state >= started, state === waiting && isDue, ageS],
      ],
    );
    return workflowId;
  }

  test.each([
    { state: started, ageS: 32, isServed: false },
    { state: received, ageS: 32, isServed: true },
    { state: waiting, ageS: 32, isServed: true },
  ])("in state $state, a server there: $isServed", async ({ state, ageS, isServed }) => {
    const database = await createTestDatabase();
    if (isServed) await renewLease(database, newUuid());
    await leave(database, { state, ageS });
    await expect(database[Symbol.asyncDispose]()).rejects.toThrow(/unfinished:\nexe_\w{26} is \w+ for 32 s/);
  });

  test("and none that may still be: young, over, waiting for something, without a server, a laptop's, or paused", async () => {
    await using database = await createTestDatabase();
    for (const state of [received, waiting]) await leave(database, { state, ageS: 32 });
    await using served = await createTestDatabase();
    await renewLease(served, newUuid());
    for (const state of [started, received, waiting]) await leave(served, { state, ageS: 29 });
    await leave(served, { state: completed, ageS: 1_000 });
    await leave(served, { state: waiting, ageS: 1_000, isDue: false });
    await leave(served, { state: received, ageS: 1_000, origin: dev });
    const paused = await leave(served, { state: received, ageS: 1_000 });
    await served.query("update workflows set paused_at = now() where id = $1", [paused]);
  });

  test("unless the file says why it leaves them", async () => {
    await using database = await createTestDatabase({ leavesStuck: "it is this test's own" });
    await leave(database, { state: started, ageS: 1_000 });
  });
});
