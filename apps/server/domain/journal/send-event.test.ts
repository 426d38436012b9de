import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { ExecutionMode, ExecutionOrigin, ExecutionState } from "../executions/states.ts";
import { timedOut } from "./read-journal.ts";
import { findSentEvent, sendEvent } from "./send-event.ts";
import { JournalKindNumber, JournalState } from "./states.ts";
import { settleDue } from "./store.ts";
import { TOLD_AT_ONCE_MAX, tellEventsInHand } from "./tell-event.ts";

const WAITING = 1_000;
const FEW = 200;

describe("an event that many runs wait for", () => {
  let database: TestDatabase;
  let namespaceId: string;
  let workflowId: string;
  let ids: string[];
  let reported: unknown[];
  const report = (error: unknown) => void reported.push(error);
  const wakeQueue = () => undefined;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database[Symbol.asyncDispose]());
  beforeEach(async () => {
    reported = [];
    ({ namespaceId, id: workflowId } = await aWorkflow(database));
    ids = Array.from({ length: WAITING }, () => newUuid()).sort();
    await beginToWait(ids);
  });

  async function beginToWait(executionIds: readonly string[]): Promise<void> {
    await database.query(
      `with execution as (
         insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state, resumes)
         select id, $2, $3, $3, ${ExecutionOrigin.manual}, ${ExecutionMode.ack}, ${ExecutionState.waiting}, true from unnest($1::uuid[]) as id
       ), entry as (
         insert into journal_entries (execution_id, namespace_id, key, position, kind, state, due_at, write_id)
         select id, $2, 'k', 0, ${JournalKindNumber.event}, ${JournalState.pending}, now() + interval '1 hour', id from unnest($1::uuid[]) as id
       )
       insert into journal_waits (id, namespace_id, execution_id, key, kind, name, due_at)
       select id, $2, id, 'k', ${JournalKindNumber.event}, 'paid', now() + interval '1 hour' from unnest($1::uuid[]) as id`,
      [executionIds, namespaceId, workflowId],
    );
  }

  /** The row of one run cannot be written, so the transaction that would wake it fails. */
  async function whileStuck(id: string, work: () => Promise<void>): Promise<void> {
    await database.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise 'This row is stuck.'; end $$;
       create trigger stuck before update on executions for each row when (new.id = '${id}') execute function refuse()`,
    );
    try {
      await work();
    } finally {
      await database.query("drop function refuse cascade");
    }
  }

  const send = (data: string) =>
    sendEvent({ database, wakeQueue, report }, { namespaceId, name: "paid", data });

  async function toldOf(data: string): Promise<string[]> {
    const told = await database.query<{ id: string }>(
      `select execution_id as id from journal_entries join executions on executions.id = execution_id
       where journal_entries.namespace_id = $1 and journal_entries.state = ${JournalState.completed} and value = $2
         and executions.state = ${ExecutionState.received} order by 1`,
      [namespaceId, Buffer.from(data)],
    );
    return told.rows.map(({ id }) => id);
  }

  test("is told in transactions that each hold the rows of few", async () => {
    expect(await send("1")).toMatchObject({ waiting: WAITING });
    expect(await toldOf("1")).toEqual(ids);
    const inOne = await database.query<{ count: number }>(
      "select count(*)::integer as count from executions where namespace_id = $1 group by xmin::text",
      [namespaceId],
    );
    expect(Math.max(...inOne.rows.map(({ count }) => count))).toBeLessThanOrEqual(FEW);
    expect((await database.query("select from events_in_hand")).rowCount).toBe(0);
    expect(reported).toEqual([]);
  });

  test("is gone on with when it was left in the middle, and nobody is told of another one in its place", async () => {
    await whileStuck(ids[450]!, async () => {
      expect(await send("1")).toMatchObject({ waiting: WAITING });
    });
    expect(await toldOf("1")).toEqual(ids.slice(0, 4 * TOLD_AT_ONCE_MAX));
    expect(reported).toHaveLength(1);
    const late = newUuid();
    await beginToWait([late]);
    expect(await send("2")).toMatchObject({ waiting: 1 });
    await tellEventsInHand({ database, wakeQueue, report });
    expect(await toldOf("1")).toEqual(ids);
    expect(await toldOf("2")).toEqual([late]);
    expect(
      (await database.query("select from journal_waits where namespace_id = $1", [namespaceId])).rowCount,
    ).toBe(0);
    expect(reported).toHaveLength(1);
  });

  test("has come in time, also when the time of a run is over before it is told", async () => {
    const last = ids.at(-1)!;
    await whileStuck(last, async () => void (await send("1")));
    await database.query("update journal_entries set due_at = now() where execution_id = $1", [last]);
    await settleDue(database, last, timedOut());
    const { rows } = await database.query(
      "select state, convert_from(value, 'UTF8') as value, error from journal_entries where execution_id = $1",
      [last],
    );
    expect(rows).toEqual([{ state: JournalState.completed, value: "1", error: null }]);
    await tellEventsInHand({ database, wakeQueue, report });
    expect((await database.query("select from events_in_hand")).rowCount).toBe(0);
  });
});

test("an event counts as sent since a run began by the database's clock, however wrong the server's is", async () => {
  await using database = await createTestDatabase();
  const { namespaceId } = await aWorkflow(database);
  const send = (data: string) =>
    sendEvent(
      { database, wakeQueue: () => undefined, report: () => undefined },
      { namespaceId, name: "paid", data },
    );
  await send("0");
  const began = await database.query<{ ms: number }>(
    "select extract(epoch from clock_timestamp())::float8 * 1000 as ms",
  );
  const sinceMs = Math.ceil(began.rows[0]!.ms);
  await expect.poll(() => Date.now()).toBeGreaterThan(sinceMs);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 2 * 60 * 60 * 1_000 });
  onTestFinished(() => void vi.useRealTimers());
  await send("1");
  const found = await findSentEvent(database, { namespaceId, name: "paid", match: {}, sinceMs });
  expect(found).toEqual({ data: 1 });
});
