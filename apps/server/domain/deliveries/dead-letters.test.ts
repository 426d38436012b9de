import { afterAll, beforeAll, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { ExecutionMode, ExecutionOrigin, ExecutionState } from "../executions/states.ts";
import { createLedger, type Ledger } from "./ledger.ts";

let database: TestDatabase;
let ledger: Ledger;
let workflow: { id: string; namespaceId: string };
const owner = newUuid();
beforeAll(async () => {
  database = await createTestDatabase();
  ledger = createLedger(() => database.connect());
  workflow = await aWorkflow(database);
});
afterAll(async () => {
  await ledger.close();
  await database[Symbol.asyncDispose]();
});

interface Ended {
  state: number;
  mode?: number;
  origin?: number;
}

/** Whether an execution that ended so is kept for a person to look at. */
async function isDead({
  state,
  mode = ExecutionMode.ack,
  origin = ExecutionOrigin.webhook,
}: Ended): Promise<boolean> {
  const id = newUuid();
  const nothing = { answer: null, output: null, outputArtifact: null, error: null };
  const { id: workflowId, namespaceId } = workflow;
  const none = { deploymentId: null, deliveryId: null, event: null, input: null, inputArtifact: null };
  const row = { id, namespaceId, workflowId, triggerId: workflowId, ...none, replayOf: null, isKeyed: false };
  await ledger.commit({ executions: [{ ...row, origin, mode, owner }] });
  await ledger.commit({ finished: [{ id, owner, epoch: 1, state, bootMs: null, runMs: 1, ...nothing }] });
  const found = await database.query<{ dead: boolean }>(
    "select is_dead as dead from executions where id = $1",
    [id],
  );
  return found.rows[0]!.dead;
}

const { completed, failed, timed_out, cancelled, interrupted } = ExecutionState;

test("what failed for good with nobody waiting is a dead letter, and nothing else is", async () => {
  for (const state of [failed, timed_out, interrupted])
    expect([state, await isDead({ state })]).toEqual([state, true]);
  for (const state of [completed, cancelled])
    expect([state, await isDead({ state })]).toEqual([state, false]);
  // Its caller was told.
  expect(await isDead({ state: failed, mode: ExecutionMode.handler })).toBe(false);
  // Whoever sits there has seen it.
  expect(await isDead({ state: failed, origin: ExecutionOrigin.dev })).toBe(false);
});
