import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { anOrganization, aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { ExecutionState } from "../executions/states.ts";
import { getWait } from "./answer-wait.ts";
import { decideApproval, findApproval } from "./decide-approval.ts";
import { timedOut } from "./read-journal.ts";
import { JournalKindNumber, JournalState } from "./states.ts";
import { insertWait, listWaits, openWait, settleDue } from "./store.ts";

describe("an approval that a run asks for", () => {
  let database: TestDatabase;
  let workflow: { id: string; namespaceId: string };
  let wakes = 0;
  const owner = newUuid();
  const key = Buffer.from("go");
  const kind = JournalKindNumber.approval;

  beforeAll(async () => {
    database = await createTestDatabase();
    workflow = await aWorkflow(database);
  });
  afterAll(() => database[Symbol.asyncDispose]());

  async function aRun(): Promise<string> {
    const id = newUuid();
    await database.query(
      `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state, owner, epoch, event)
       values ($1, $2, $3, $1, 2, 1, ${ExecutionState.started}, $4, 1, '{}')`,
      [id, workflow.namespaceId, workflow.id, owner],
    );
    return id;
  }

  /** Resolves with the wait's id. */
  async function ask(executionId: string, forMs = 60_000): Promise<string> {
    const wait = { executionId, owner, epoch: 1, writeId: newUuid(), key, position: 0, kind };
    await insertWait(database, { ...wait, forMs, untilMs: undefined });
    const { namespaceId } = workflow;
    const opened = { id: newUuid(), namespaceId, executionId, kind, key, name: Buffer.from("Go?") };
    return (await openWait(database, { ...opened, match: null, childId: null }))!;
  }

  const find = (id: string, namespaceId = workflow.namespaceId) =>
    findApproval(database, { id, namespaceId });
  const decide = async (id: string, by: string, approved = true) =>
    decideApproval({ database, wakeQueue: () => void wakes++ }, (await find(id))!, {
      approved,
      by,
      comment: undefined,
    });
  const listed = async () =>
    (
      await listWaits(database, { namespaceId: workflow.namespaceId, kind, afterId: undefined, limit: 100 })
    ).map(({ id }) => id);

  test("is decided once, by one of those who decide at the same moment, and all hear whose decision it is", async () => {
    const id = await ask(await aRun());
    expect((await find(id))?.outcome).toBeUndefined();
    expect(await listed()).toContain(id);
    wakes = 0;
    const outcomes = await Promise.all([1, 2, 3, 4].map((at) => decide(id, `p${at}`, at % 2 === 0)));
    expect(outcomes[0]).toMatchObject({ kind: "decided", by: expect.stringMatching(/^p\d$/) });
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
    expect(wakes).toBe(1);
    expect((await find(id))?.outcome).toEqual(outcomes[0]);
    expect(await listed()).not.toContain(id);
    await expect(getWait({ database }, { id, kind: "approval" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  test("is not another namespace's to see", async () => {
    const id = await ask(await aRun());
    expect(await find(id, (await anOrganization(database)).namespace.id)).toBeUndefined();
    expect(await find(newUuid())).toBeUndefined();
  });

  test("is past its time from the very moment, whoever has noticed", async () => {
    const executionId = await aRun();
    const id = await ask(executionId, 0);
    expect(await decide(id, "late")).toEqual({ kind: "timed-out" });
    await settleDue(database, executionId, timedOut());
    expect(await decide(id, "later")).toEqual({ kind: "timed-out" });
    const entry = await database.query("select state from journal_entries where execution_id = $1", [
      executionId,
    ]);
    expect(entry.rows).toEqual([{ state: JournalState.failed }]);
  });

  test("that was found in time and is past its time when it is decided stays undecided", async () => {
    const executionId = await aRun();
    const asked = (await find(await ask(executionId)))!;
    await database.query("update journal_entries set due_at = now() where execution_id = $1", [executionId]);
    await database.query("update journal_waits set due_at = now() where execution_id = $1", [executionId]);
    const given = { approved: true, by: "ada", comment: undefined };
    expect(await decideApproval({ database, wakeQueue: () => undefined }, asked, given)).toEqual({
      kind: "timed-out",
    });
  });

  test("that another attempt asks for is the one that people were told of", async () => {
    const executionId = await aRun();
    const id = await ask(executionId, 0);
    await settleDue(database, executionId, timedOut());
    // As a requeue does.
    await database.query(
      `delete from journal_entries where execution_id = $1 and state = ${JournalState.failed}`,
      [executionId],
    );
    expect((await find(id))?.outcome).toEqual({ kind: "timed-out" });
    expect(await ask(executionId)).toBe(id);
    expect(await listed()).toContain(id);
    expect(await decide(id, "ada")).toMatchObject({ kind: "decided", by: "ada" });
  });

  test("is over with its run", async () => {
    const executionId = await aRun();
    const id = await ask(executionId);
    await database.query(`update executions set state = ${ExecutionState.cancelled} where id = $1`, [
      executionId,
    ]);
    expect(await decide(id, "ada")).toEqual({ kind: "ended" });
  });
});
