import { FlowwError } from "@floww/contract/errors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { cancelTree } from "../executions/cancel-tree.ts";
import { claimExecutions } from "../executions/claim-executions.ts";
import type { ExecutionLedger } from "../executions/execution-ledger.ts";
import type { RequeuedRow } from "../executions/ledger-fragments.ts";
import { requeue as putBackRun } from "../executions/requeue.ts";
import { ExecutionMode, ExecutionOrigin, ExecutionState } from "../executions/states.ts";
import { promoteDue, renewLease } from "../executions/store.ts";
import type { StepRow } from "../journal/journal-fragment.ts";
import { settleWait } from "../journal/settle-wait.ts";
import { JournalKindNumber, JournalState } from "../journal/states.ts";
import { insertWait } from "../journal/store.ts";
import { ensureTriggers } from "../triggers/store.ts";
import { createLedger, type Ledger } from "./ledger.ts";

describe("an execution that waits", () => {
  let database: TestDatabase;
  let ledger: Ledger;
  let ids: { namespaceId: string; workflowId: string; triggerId: string };
  const [me, other] = [newUuid(), newUuid()];
  const error = Buffer.from('{"code":"RUN_STALLED"}');

  beforeAll(async () => {
    database = await createTestDatabase();
    ledger = createLedger(() => database.connect());
    const workflow = await aWorkflow(database);
    const owner = { namespaceId: workflow.namespaceId, workflowId: workflow.id };
    const declared = {
      handlerId: "h",
      provider: { type: "builtin", alias: "default" },
      type: "onManual",
      key: "h",
      input: {},
    };
    const [trigger] = await ensureTriggers(database, owner, [declared]);
    ids = { ...owner, triggerId: trigger!.id };
    await renewLease(database, me);
  });
  afterAll(async () => {
    await ledger.close();
    await database[Symbol.asyncDispose]();
  });

  /** Started by me, in its first epoch. */
  async function aStarted(): Promise<string> {
    const id = newUuid();
    const row = {
      ...ids,
      id,
      deploymentId: null,
      deliveryId: null,
      origin: ExecutionOrigin.manual,
      mode: ExecutionMode.ack,
      owner: me,
      event: Buffer.from("{}"),
      input: null,
      inputArtifact: null,
      replayOf: null,
      isKeyed: false,
    };
    await ledger.commit({ executions: [row] });
    return id;
  }

  function rowOf(id: string, over: Partial<RequeuedRow> = {}): RequeuedRow {
    return {
      id,
      owner: me,
      epoch: 1,
      how: "waits",
      delayMs: 0,
      heldBy: null,
      bootMs: null,
      runMs: 1,
      error,
      ...over,
    };
  }

  /** A ledger that commits and then loses its connection, before it hears of that. Then `meanwhile` happens. */
  function losingAnswer(meanwhile: () => Promise<unknown>): ExecutionLedger {
    let isLost = false;
    return {
      commit: async (item) => {
        const done = await ledger.commit(item);
        if (isLost) return done;
        isLost = true;
        await meanwhile();
        throw new FlowwError("DATABASE_UNAVAILABLE");
      },
    };
  }

  function putBack(
    id: string,
    over: { ledger: ExecutionLedger; decision: "waits" | { againAfterMs: number } },
  ) {
    const failed = { state: "failed", error: { code: "USER_ERROR", name: "Error", message: "" } } as const;
    const end = over.decision === "waits" ? { state: "waiting" as const, keys: ["k"] } : failed;
    const context = { serverId: me, ledger: over.ledger, wakeQueueIn: () => undefined };
    const owned = { id, epoch: 1, attempt: 1 };
    return putBackRun(context, { owned, end, decision: over.decision, bootMs: null, runMs: 1, logs: [] });
  }

  async function requeue(row: RequeuedRow): Promise<boolean> {
    return (await ledger.commit({ requeued: [row] })).has("requeued", row.id);
  }

  function wait(id: string, over: { key?: string; epoch?: number; forMs?: number } = {}) {
    const { key = "k", epoch = 1, forMs = 60_000 } = over;
    return insertWait(database, {
      executionId: id,
      owner: me,
      epoch,
      writeId: newUuid(),
      key: Buffer.from(key),
      position: 0,
      kind: JournalKindNumber.event,
      forMs,
      untilMs: undefined,
    });
  }

  async function stateOf(id: string) {
    const found = await database.query<{
      state: number;
      attempt: number;
      epoch: number;
      isDue: boolean | null;
    }>(`select state, attempt, epoch, due_at <= now() as "isDue" from executions where id = $1`, [id]);
    return found.rows[0]!;
  }

  function aStep(executionId: string, over: Partial<StepRow> = {}): StepRow {
    return {
      id: newUuid(),
      executionId,
      owner: me,
      epoch: 1,
      key: Buffer.from("step"),
      position: 0,
      state: JournalState.completed,
      value: Buffer.from("1"),
      valueArtifact: null,
      error: null,
      attempts: 1,
      delayMs: null,
      ...over,
    };
  }

  test("for its journal goes on with the same attempt when it is woken", async () => {
    const id = await aStarted();
    await wait(id);
    expect(await requeue(rowOf(id))).toBe(true);
    expect((await stateOf(id)).state).toBe(ExecutionState.waiting);
    await settleWait(database, { executionId: id, key: Buffer.from("k"), value: "1" });
    const [claimed] = await claimExecutions(database, { serverId: me, limit: 1 });
    expect(claimed).toMatchObject({ id, attempt: 1, epoch: 2 });
  });

  test("does not miss a wake that comes before it goes to wait", async () => {
    const id = await aStarted();
    await wait(id);
    expect(await settleWait(database, { executionId: id, key: Buffer.from("k"), value: "1" })).toBe(true);
    await requeue(rowOf(id));
    expect((await stateOf(id)).state).toBe(ExecutionState.received);
    // A settled wait is settled: what comes later changes nothing.
    expect(await settleWait(database, { executionId: id, key: Buffer.from("k"), value: "2" })).toBe(false);
  });

  test("for nothing has failed", async () => {
    const id = await aStarted();
    await requeue(rowOf(id));
    expect((await stateOf(id)).state).toBe(ExecutionState.failed);
  });

  test("for another attempt gets a new one when its pause is over, and does again what failed", async () => {
    const id = await aStarted();
    await ledger.commit({
      steps: [
        aStep(id),
        aStep(id, { key: Buffer.from("bad"), state: JournalState.failed, value: null, error }),
      ],
    });
    await ledger.commit({
      requeued: [rowOf(id, { how: "again", delayMs: 0 })],
      attempts: [{ id, attempt: 1, state: ExecutionState.failed, error }],
      reopened: [{ id }],
    });
    expect(await stateOf(id)).toMatchObject({ state: ExecutionState.waiting, isDue: true });
    const promoted = await promoteDue(database, 10);
    expect(promoted.executions).toHaveLength(1);
    const claimed = await claimExecutions(database, { serverId: me, limit: 10 });
    expect(claimed.find((one) => one.id === id)).toMatchObject({ attempt: 2, epoch: 2 });
    const kept = await database.query<{ key: Buffer }>(
      "select key from journal_entries where execution_id = $1",
      [id],
    );
    expect(kept.rows.map(({ key }) => key.toString())).toEqual(["step"]);
    const attempts = await database.query(
      "select attempt, state from execution_attempts where execution_id = $1",
      [id],
    );
    expect(attempts.rows).toEqual([{ attempt: 1, state: ExecutionState.failed }]);
  });

  test.each([
    ["epoch", { epoch: 2 }],
    ["owner", { owner: other }],
  ])("cannot be sent to wait, nor journal, by another %s", async (_what, over) => {
    const id = await aStarted();
    await wait(id);
    expect(await requeue(rowOf(id, over))).toBe(false);
    const step = aStep(id, over);
    expect((await ledger.commit({ steps: [step] })).has("steps", step.id)).toBe(false);
    expect((await stateOf(id)).state).toBe(ExecutionState.started);
  });

  test("keeps a step's first result, and knows a record that is sent twice", async () => {
    const id = await aStarted();
    const step = aStep(id);
    for (const _time of [1, 2])
      expect((await ledger.commit({ steps: [step] })).has("steps", step.id)).toBe(true);
    const second = aStep(id, { value: Buffer.from("2") });
    expect((await ledger.commit({ steps: [second] })).has("steps", second.id)).toBe(false);
  });

  test("is cancelled with what it invoked and waits for, and not with what goes on by itself", async () => {
    const id = await aStarted();
    const [child, grandchild, detached] = [await aStarted(), await aStarted(), await aStarted()];
    const adopt = "update executions set parent_id = $2, parent_key = $3 where id = $1";
    await database.query(adopt, [child, id, "child"]);
    await database.query(adopt, [grandchild, child, "child"]);
    await database.query(adopt, [detached, id, null]);
    const { namespaceId } = ids;
    expect(await cancelTree(database, { namespaceId: newUuid(), ids: [id], error })).toBe(0);
    expect(await cancelTree(database, { namespaceId, ids: [id], error })).toBe(3);
    for (const one of [id, child, grandchild])
      expect((await stateOf(one)).state).toBe(ExecutionState.cancelled);
    expect((await stateOf(detached)).state).toBe(ExecutionState.started);
  });

  test("is put back once, and its server knows it, when the answer to that got lost", async () => {
    for (const decision of ["waits" as const, { againAfterMs: 60_000 }]) {
      const id = await aStarted();
      await wait(id);
      const outcome = await putBack(id, { ledger: losingAnswer(async () => undefined), decision });
      expect(outcome?.state).toBe(decision === "waits" ? "waiting" : "retrying");
      expect(await stateOf(id)).toMatchObject({ state: ExecutionState.waiting, epoch: 1 });
    }
  });

  test("is put back once also when another server has started it before that answer came again", async () => {
    const id = await aStarted();
    const claim = async () => {
      await promoteDue(database, 10);
      await claimExecutions(database, { serverId: other, limit: 10 });
      await database.query(
        `insert into journal_entries (execution_id, namespace_id, key, position, kind, state, write_id)
         values ($1, $2, 'failed', 0, ${JournalKindNumber.step}, ${JournalState.failed}, $1)`,
        [id, ids.namespaceId],
      );
    };
    const outcome = await putBack(id, { ledger: losingAnswer(claim), decision: { againAfterMs: 0 } });
    expect(outcome?.state).toBe("retrying");
    expect(await stateOf(id)).toMatchObject({ state: ExecutionState.started, epoch: 2, attempt: 2 });
    // What the other start has journalled is its own.
    expect(await database.query("select from journal_entries where execution_id = $1", [id])).toMatchObject({
      rowCount: 1,
    });
  });

  test("is not put back by a server that it was taken from", async () => {
    const id = await aStarted();
    await database.query("update executions set state = $2, owner = null where id = $1", [
      id,
      ExecutionState.received,
    ]);
    expect(await putBack(id, { ledger, decision: { againAfterMs: 0 } })).toBeUndefined();
  });
});
