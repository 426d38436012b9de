import { afterAll, beforeAll, expect, test } from "vitest";
import { listen } from "../../platform/db/listen.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import type { Workflow } from "../workflows/store.ts";
import { cancelMany, previewCancel } from "./cancel-many.ts";
import { ExecutionState } from "./states.ts";
import { EXECUTION_CANCELLED } from "./store.ts";

let database: TestDatabase;
let workflow: Workflow;
let other: Workflow;
beforeAll(async () => {
  database = await createTestDatabase();
  workflow = await aWorkflow(database);
  other = await aWorkflow(database);
  for (const { id, namespaceId } of [workflow, other])
    await database.query(
      `insert into triggers (id, namespace_id, workflow_id, handler_id, provider_type, provider_alias, type, key, input)
       values ($1, $2, $1, 'h', 'builtin', 'default', 'onManual', 'manual', '{}')`,
      [id, namespaceId],
    );
});
afterAll(() => database[Symbol.asyncDispose]());

let atMs = Date.now() - 60_000;

async function aRun(
  { id: workflowId, namespaceId }: Workflow,
  {
    state = ExecutionState.received as number,
    parentId = null as string | null,
    batchId = null as string | null,
  } = {},
): Promise<string> {
  const id = newUuid(atMs++);
  await database.query(
    `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state, parent_id, parent_key, batch_id)
     values ($1, $2, $3, $3, 1, 2, $4, $5, $6, $7)`,
    [id, namespaceId, workflowId, state, parentId, parentId === null ? null : "k", batchId],
  );
  return id;
}

const stateOf = async (ids: readonly string[]) => {
  const found = await database.query<{ id: string; state: number }>(
    "select id, state from executions where id = any($1::uuid[])",
    [ids],
  );
  return ids.map((id) => found.rows.find((row) => row.id === id)!.state);
};

test("the oldest of what fits and has not finished end first, with what they invoked, and every server hears of each", async () => {
  const heard: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const listener = await listen(database, EXECUTION_CANCELLED, {
    onNotification: (id) => {
      heard.push(id);
      if (heard.length === 4) resolve();
    },
    onReconnect: () => undefined,
  });
  const { received, waiting, started, completed, cancelled } = ExecutionState;
  const runs = [
    await aRun(workflow, { state: waiting }),
    await aRun(workflow, { state: started }),
    await aRun(workflow),
  ];
  const done = await aRun(workflow, { state: completed });
  const child = await aRun(other, { parentId: runs[0]! });
  await database.query("update executions set namespace_id = $1 where id = $2", [
    workflow.namespaceId,
    child,
  ]);
  const event = await aRun(workflow, { state: waiting, batchId: newUuid() });
  const theirs = await aRun(other);
  let woken = 0;
  const context = { database, wakeQueue: () => (woken += 1) };
  const filter = { namespaceId: workflow.namespaceId, workflowId: workflow.id };

  const preview = await previewCancel(database, filter);
  expect([preview.total, preview.sample.map(({ id }) => id)]).toEqual([3, runs]);
  expect((await previewCancel(database, { ...filter, state: completed })).total).toBe(0);

  expect(await cancelMany(context, filter, { limit: 2 })).toEqual({ cancelled: 3, hasMore: true });
  expect(await stateOf([...runs, child])).toEqual([cancelled, cancelled, received, cancelled]);
  expect(await cancelMany(context, filter, { limit: 2 })).toEqual({ cancelled: 1, hasMore: false });
  expect(await cancelMany(context, filter)).toEqual({ cancelled: 0, hasMore: false });
  expect(await stateOf([done, event, theirs])).toEqual([completed, waiting, received]);
  await promise;
  expect([heard.sort(), woken]).toEqual([[...runs, child].sort(), 2]);
  await listener.close();
});
