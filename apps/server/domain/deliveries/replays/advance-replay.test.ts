import { formatId } from "@floww/contract/ids";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
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
let triggerId: string;
let reported: unknown[];
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(() => {
  reported = [];
  return enterNamespace();
});

async function enterNamespace(): Promise<void> {
  triggerId = newUuid();
  ({ id: workflowId, namespaceId } = await aWorkflow(database));
  await database.query(
    `insert into triggers (id, namespace_id, workflow_id, handler_id, provider_type, provider_alias, type, key, input, deployment_id)
     values ($1, $2, $3, 'h', 'builtin', 'default', 'onManual', 'm', '{}', $4)`,
    [triggerId, namespaceId, workflowId, newUuid()],
  );
}
afterAll(() => database[Symbol.asyncDispose]());

/** Nothing but the database is needed for a manual run's event. */
function contextOf(over: Partial<Database> = {}): AdvanceContext {
  const used: Pick<Database, "query" | "transaction"> = {
    query: (text, values) => database.query(text, values),
    transaction: (work) => database.transaction(work),
    ...over,
  };
  const heard = { bells: silentBells, wakeQueue: () => undefined };
  return {
    database: used,
    ...heard,
    report: (error: unknown) => reported.push(error),
  } as unknown as AdvanceContext;
}

async function someFailed(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newUuid()).sort();
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
    query: () => Promise.reject(new RangeError("killed")),
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

/** Like aReplay(), of what failed in a namespace of its own. */
async function anothersReplay(): Promise<{ id: string; failed: string[] }> {
  const mine = { namespaceId, workflowId, triggerId };
  await enterNamespace();
  const made = { failed: await someFailed(1), id: (await aReplay(10, 1)).id };
  ({ namespaceId, workflowId, triggerId } = mine);
  return made;
}

async function advanceAll(): Promise<void> {
  await makeDue();
  while (await advanceReplay(contextOf()));
}

test("one whose event cannot be read is tried again, then passed over with its reason, and holds up nobody meanwhile", async () => {
  const failed = await someFailed(5);
  const { id } = await aReplay(10, 5);
  await database.query("update executions set event = '{' where id = $1", [failed[2]]);
  const { failed: theirs } = await anothersReplay();
  await advanceAll();
  expect(await replaysOf(theirs)).toEqual([1]);
  expect(await findReplay(database, namespaceId, id)).toMatchObject({ replayed: 2, skipped: 0 });
  while ((await findReplay(database, namespaceId, id))?.state === ReplayState.running) await advanceAll();
  expect(await findReplay(database, namespaceId, id)).toMatchObject({
    state: ReplayState.done,
    replayed: 4,
    skipped: 1,
    problem: `${formatId("execution", failed[2]!)} could not be read.`,
  });
  const made = await Promise.all(failed.map((one) => replaysOf([one])));
  expect(made.flat()).toEqual([1, 1, 0, 1, 1]);
  expect(reported.length).toBeGreaterThan(1);
  for (const error of reported) expect(error).toBeInstanceOf(SyntaxError);
});

test("a replay whose items cannot be listed is given up with its reason, and holds up nobody meanwhile", async () => {
  const { id } = await aReplay(10, 1);
  await database.query(`update replays set selection = '{"kind":"deliveries"}' where id = $1`, [id]);
  const { failed: theirs } = await anothersReplay();
  await advanceAll();
  expect(await replaysOf(theirs)).toEqual([1]);
  expect((await findReplay(database, namespaceId, id))?.state).toBe(ReplayState.running);
  while ((await findReplay(database, namespaceId, id))?.state === ReplayState.running) await advanceAll();
  expect(await findReplay(database, namespaceId, id)).toMatchObject({
    state: ReplayState.cancelled,
    problem: "It could not go on, and was given up.",
  });
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
