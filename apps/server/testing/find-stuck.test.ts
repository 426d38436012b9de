import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ExecutionState } from "../domain/executions/states.ts";
import type { Workflow } from "../domain/workflows/store.ts";
import { newUuid } from "../platform/uuid-v7.ts";
import { aWorkflow } from "./builders.ts";
import { findStuck } from "./find-stuck.ts";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
let workflow: Workflow;
beforeAll(async () => {
  database = await createTestDatabase({ leavesStuck: "this is what finds them" });
  workflow = await aWorkflow(database);
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(() => database.query("truncate executions, servers"));

const { received, started, waiting, completed } = ExecutionState;

/** A server whose lease is over in so many seconds, or was so long ago. */
async function aServer(leaseSeconds: number): Promise<string> {
  const id = newUuid();
  await database.query(
    "insert into servers (id, lease_until) values ($1, now() + $2 * interval '1 second')",
    [id, leaseSeconds],
  );
  return id;
}

async function anExecution(row: { state: number; secondsAgo: number; owner?: string }): Promise<void> {
  await database.query(
    `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state, owner, created_at, started_at, due_at)
     select $1, $2, $3, $1, 1, 2, $4::smallint, $5, at, at, at from (select now() - $6 * interval '1 second' as at) as given`,
    [newUuid(), workflow.namespaceId, workflow.id, row.state, row.owner ?? null, row.secondsAgo],
  );
}

const found = () => findStuck(async (sql) => (await database.query(sql)).rows as never);

test("what is due for more than half a minute while a server lives is stuck", async () => {
  for (const state of [received, waiting]) await anExecution({ state, secondsAgo: 40 });
  expect(await found()).toEqual([]);
  await aServer(5);
  expect(await found()).toEqual([
    expect.stringMatching(/is received for 4\d s, and due$/),
    expect.stringMatching(/is waiting for 4\d s, and due$/),
  ]);
});

test("what runs longer than its deadline and half a minute is stuck, with or without a server", async () => {
  const owner = await aServer(5);
  await anExecution({ state: started, secondsAgo: 320, owner });
  expect(await found()).toEqual([]);
  await anExecution({ state: started, secondsAgo: 335, owner });
  expect(await found()).toEqual([
    expect.stringMatching(/is started for 33\d s, with a deadline of 300000 ms$/),
  ]);
});

test("what nobody takes up half a minute after its server's lease is stuck", async () => {
  const dead = await aServer(-40);
  await anExecution({ state: started, secondsAgo: 50, owner: dead });
  expect(await found()).toEqual([]);
  await aServer(5);
  expect(await found()).toEqual([expect.stringMatching(/is started for 4\d s, without its server$/)]);
});

test("what is young, or over, is not", async () => {
  const [living, dead] = [await aServer(5), await aServer(-10)];
  await anExecution({ state: received, secondsAgo: 20 });
  await anExecution({ state: started, secondsAgo: 50, owner: living });
  await anExecution({ state: started, secondsAgo: 50, owner: dead });
  await anExecution({ state: completed, secondsAgo: 5_000, owner: dead });
  expect(await found()).toEqual([]);
});
