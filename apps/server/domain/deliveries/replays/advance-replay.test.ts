import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database, Queryable } from "../../../platform/db/database.ts";
import { newUuid } from "../../../platform/uuid-v7.ts";
import { aWorkflow } from "../../../testing/builders.ts";
import { silentBells } from "../../../testing/silent-bells.ts";
import { createTestDatabase, type TestDatabase } from "../../../testing/test-database.ts";
import { ExecutionState } from "../../executions/states.ts";
import { type AdvanceContext, advanceReplay } from "./advance-replay.ts";
import { findReplay, insertReplay, ReplayState } from "./store.ts";

let database: TestDatabase;
let namespaceId: string;
let workflowId: string;
const triggerId = newUuid();
beforeAll(async () => {
  database = await createTestDatabase();
  ({ id: workflowId, namespaceId } = await aWorkflow(database));
  await database.query(
    `insert into triggers (id, namespace_id, workflow_id, handler_id, provider_type, provider_alias, type, key, input, deployment_id)
     values ($1, $2, $3, 'h', 'builtin', 'default', 'onManual', 'm', '{}', $4)`,
    [triggerId, namespaceId, workflowId, newUuid()],
  );
});
afterAll(() => database[Symbol.asyncDispose]());

/** Nothing but the database is needed for a manual run's event. */
function contextOf(over: Partial<Database> = {}): AdvanceContext {
  const used: Pick<Database, "query" | "transaction"> = {
    query: (text, values) => database.query(text, values),
    transaction: (work) => database.transaction(work),
    ...over,
  };
  return { database: used, bells: silentBells, wakeQueue: () => undefined } as unknown as AdvanceContext;
}

async function someFailed(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newUuid());
  await database.query(
    `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state, finished_at, event)
     select id, $2, $3, $4, 3, 2, ${ExecutionState.failed}, now(), '{"type":"manual"}' from unnest($1::uuid[]) as given (id)`,
    [ids, namespaceId, workflowId, triggerId],
  );
  return ids;
}

function aReplay(rate: number, total: number) {
  return insertReplay(database, {
    id: newUuid(),
    namespaceId,
    selection: {
      kind: "executions",
      filter: { namespaceId, state: ExecutionState.failed },
      untilId: newUuid(),
    },
    isOriginal: false,
    rate,
    total,
    createdBy: "ada",
    edited: undefined,
  });
}

async function replaysOf(ids: string[]): Promise<number[]> {
  const found = await database.query<{ count: number }>(
    `select count(e.id)::integer as count from unnest($1::uuid[]) as original (id)
     left join executions e on e.replay_of = original.id group by original.id`,
    [ids],
  );
  return found.rows.map(({ count }) => count);
}

const makeDue = () => database.query("update replays set due_at = now()");

test("a death between the executions and the cursor leaves neither, and the next one makes each once", async () => {
  const failed = await someFailed(7);
  const { id } = await aReplay(5, 7);
  const dying = contextOf({
    transaction: (work) =>
      database.transaction((transaction) =>
        work({
          query: (text, values) => {
            if (text.includes("update replays set cursor")) throw new RangeError("killed");
            return transaction.query(text, values);
          },
        } satisfies Queryable),
      ),
  });
  await expect(advanceReplay(dying)).rejects.toThrow("killed");
  expect(await replaysOf(failed)).toEqual(failed.map(() => 0));

  expect(await advanceReplay(contextOf())).toBe(true);
  // The rate is used up: nobody else may go on before a second is over.
  expect(await advanceReplay(contextOf())).toBe(false);
  expect((await findReplay(database, namespaceId, id))?.replayed).toBe(5);
  await makeDue();
  await advanceReplay(contextOf());
  expect(await replaysOf(failed)).toEqual(failed.map(() => 1));
  expect(await findReplay(database, namespaceId, id)).toMatchObject({
    state: ReplayState.done,
    replayed: 7,
  });
});

test("servers that go on at once never make one twice", async () => {
  const failed = await someFailed(40);
  const { id } = await aReplay(10, 40);
  while ((await findReplay(database, namespaceId, id))?.state === ReplayState.running) {
    await makeDue();
    await Promise.all(Array.from({ length: 4 }, () => advanceReplay(contextOf())));
  }
  expect(await replaysOf(failed)).toEqual(failed.map(() => 1));
});

test("what cannot run any more is passed over with its reason", async () => {
  const failed = await someFailed(2);
  await database.query("update triggers set deployment_id = null where id = $1", [triggerId]);
  const { id } = await aReplay(10, 2);
  await advanceReplay(contextOf());
  expect(await findReplay(database, namespaceId, id)).toMatchObject({
    state: ReplayState.done,
    replayed: 0,
    skipped: 2,
    problem: 'The active version has no handler "h".',
  });
  expect(await replaysOf(failed)).toEqual([0, 0]);
});
