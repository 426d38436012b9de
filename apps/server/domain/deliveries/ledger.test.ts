import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { cancelTree } from "../executions/cancel-tree.ts";
import { claimExecutions } from "../executions/claim-executions.ts";
import { INTERRUPTIONS_MAX } from "../executions/decide-end.ts";
import type { FinishedRow, NewExecutionRow } from "../executions/ledger-fragments.ts";
import { listEndedAttempts } from "../executions/list-attempts.ts";
import { ForgottenRuns, RunsInHand } from "../executions/runs-in-hand.ts";
import { ExecutionMode, ExecutionOrigin, ExecutionState } from "../executions/states.ts";
import { reapForgotten, reapOrphans, renewLease } from "../executions/store.ts";
import { ensureTriggers } from "../triggers/store.ts";
import { createLedger, type Ledger, Verdict } from "./ledger.ts";

describe("the ledger keeps the state machine of an execution", () => {
  let database: TestDatabase;
  let ledger: Ledger;
  let ids: { namespaceId: string; workflowId: string; triggerId: string };
  const [me, other] = [newUuid(), newUuid()];

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
    await renewLease(database, other);
  });
  afterAll(async () => {
    await ledger.close();
    await database[Symbol.asyncDispose]();
  });

  function anExecution(
    over: Partial<NewExecutionRow & { isKeyed: boolean }> = {},
  ): NewExecutionRow & { isKeyed: boolean } {
    return {
      ...ids,
      id: newUuid(),
      deploymentId: null,
      deliveryId: null,
      origin: ExecutionOrigin.manual,
      mode: ExecutionMode.ack,
      owner: null,
      event: Buffer.from("{}"),
      input: null,
      inputArtifact: null,
      replayOf: null,
      isKeyed: false,
      ...over,
    };
  }

  function anEnd(id: string, over: Partial<FinishedRow> = {}): FinishedRow {
    const nothing = { answer: null, output: null, outputArtifact: null, error: null };
    return {
      id,
      owner: me,
      epoch: 1,
      state: ExecutionState.completed,
      bootMs: null,
      runMs: 1,
      ...nothing,
      ...over,
    };
  }

  async function stateOf(
    id: string,
  ): Promise<{ state: number; epoch: number; attempt: number; owner: string | null }> {
    const found = await database.query<{
      state: number;
      epoch: number;
      attempt: number;
      owner: string | null;
    }>("select state, epoch, attempt, owner from executions where id = $1", [id]);
    return found.rows[0]!;
  }

  async function finish(row: FinishedRow): Promise<boolean> {
    return (await ledger.commit({ finished: [row] })).has("finished", row.id);
  }

  test("with an owner it begins as started, in the same commit as its delivery", async () => {
    const deliveryId = newUuid();
    const execution = anExecution({ owner: me, deliveryId, mode: ExecutionMode.handler });
    const { triggerId, ...owner } = ids;
    const delivery = {
      ...owner,
      triggerId,
      providerId: null,
      id: deliveryId,
      verdict: Verdict.accepted,
      head: "{}",
      body: Buffer.from("\u0000"),
      bodyArtifact: null,
      remoteAddress: "::1",
    };
    await ledger.commit({ deliveries: [delivery], executions: [execution] });
    expect(await stateOf(execution.id)).toEqual({
      state: ExecutionState.started,
      epoch: 1,
      attempt: 1,
      owner: me,
    });
    const kept = await database.query<{ body: Buffer }>("select body from deliveries where id = $1", [
      deliveryId,
    ]);
    expect(kept.rows[0]!.body).toEqual(Buffer.from("\u0000"));
  });

  test("a finished execution cannot be finished again", async () => {
    const execution = anExecution({ owner: me });
    await ledger.commit({ executions: [execution] });
    expect(await finish(anEnd(execution.id))).toBe(true);
    expect(await finish(anEnd(execution.id, { state: ExecutionState.failed }))).toBe(false);
    expect((await stateOf(execution.id)).state).toBe(ExecutionState.completed);
  });

  test("the same end sent again counts, as after a lost answer, and an end that somebody else made does not", async () => {
    const execution = anExecution({ owner: me });
    await ledger.commit({ executions: [execution] });
    expect(await finish(anEnd(execution.id))).toBe(true);
    expect(await finish(anEnd(execution.id))).toBe(true);
    expect(await finish(anEnd(execution.id, { owner: other }))).toBe(false);
  });

  test("another owner or another epoch cannot finish it", async () => {
    const execution = anExecution({ owner: me });
    await ledger.commit({ executions: [execution] });
    expect(await finish(anEnd(execution.id, { owner: other }))).toBe(false);
    expect(await finish(anEnd(execution.id, { epoch: 2 }))).toBe(false);
    expect((await stateOf(execution.id)).state).toBe(ExecutionState.started);
    await finish(anEnd(execution.id));
  });

  test("one that waits cannot be finished before somebody started it", async () => {
    const execution = anExecution();
    await ledger.commit({ executions: [execution] });
    expect(await finish(anEnd(execution.id, { epoch: 0 }))).toBe(false);
    await cancelTree(database, {
      namespaceId: ids.namespaceId,
      ids: [execution.id],
      error: Buffer.from("{}"),
    });
  });

  test("two servers that claim at once share what waits, and nothing is claimed twice", async () => {
    const waiting = Array.from({ length: 40 }, () => anExecution());
    await ledger.commit({ executions: waiting });
    const claims = await Promise.all(
      [me, other, me, other].map((serverId) => claimExecutions(database, { serverId, limit: 15 })),
    );
    const claimed = claims.flat().map(({ id }) => id);
    expect(new Set(claimed).size).toBe(claimed.length);
    expect(claimed.sort()).toEqual(waiting.map(({ id }) => id).sort());
    for (const { id, epoch } of claims.flat()) {
      await Promise.all([me, other].map((owner) => finish(anEnd(id, { owner, epoch }))));
    }
  });

  test("a cancelled run's end changes nothing", async () => {
    const execution = anExecution({ owner: me });
    await ledger.commit({ executions: [execution] });
    const cancel = { namespaceId: ids.namespaceId, ids: [execution.id], error: Buffer.from("{}") };
    expect(await cancelTree(database, cancel)).toBe(1);
    expect(await finish(anEnd(execution.id))).toBe(false);
    expect(await cancelTree(database, cancel)).toBe(0);
    expect(await cancelTree(database, { ...cancel, namespaceId: newUuid() })).toBe(0);
  });

  test("what a dead server left: a waiting caller's run is interrupted, everything else runs again", async () => {
    const dead = newUuid();
    const sync = anExecution({ owner: dead, mode: ExecutionMode.handler });
    const ack = anExecution({ owner: dead });
    const mine = anExecution({ owner: me });
    await ledger.commit({ executions: [sync, ack, mine] });
    expect(await reapOrphans(database, Buffer.from("{}"))).toHaveLength(2);
    expect((await stateOf(sync.id)).state).toBe(ExecutionState.interrupted);
    expect((await stateOf(mine.id)).state).toBe(ExecutionState.started);
    const again = await claimExecutions(database, { serverId: me, limit: 10 });
    expect(again).toMatchObject([{ id: ack.id, attempt: 2, epoch: 2 }]);
    // The dead one wakes up and wants to finish its old start.
    expect(await finish(anEnd(ack.id, { owner: dead, epoch: 1 }))).toBe(false);
    expect(await finish(anEnd(ack.id, { epoch: 2 }))).toBe(true);
    await finish(anEnd(mine.id));
  });

  test("what a dead server left runs again until that has been so often, whatever its code failed of before", async () => {
    const execution = anExecution({ owner: newUuid() });
    await ledger.commit({ executions: [execution] });
    const failures = 2 * INTERRUPTIONS_MAX;
    await database.query(
      `insert into execution_attempts (execution_id, attempt, started_at, ended_at, state)
       select $1, attempt, now(), now(), ${ExecutionState.failed} from generate_series(1, ${failures}) as attempt`,
      [execution.id],
    );
    await database.query("update executions set attempt = $2 where id = $1", [execution.id, failures + 1]);
    for (let lost = 1; lost < INTERRUPTIONS_MAX; lost++) {
      await reapOrphans(database, Buffer.from("{}"));
      const claim = { serverId: newUuid(), limit: 10 };
      expect(await claimExecutions(database, claim)).toMatchObject([
        { id: execution.id, interruptions: lost, attempt: failures + 1 + lost },
      ]);
    }
    await reapOrphans(database, Buffer.from("{}"));
    expect((await stateOf(execution.id)).state).toBe(ExecutionState.interrupted);
  });

  test("what this server was given without learning of it goes back after two looks, what it runs does not", async () => {
    const server = newUuid();
    const [sync, ack, mine] = [
      anExecution({ owner: server, mode: ExecutionMode.handler }),
      anExecution({ owner: server }),
      anExecution({ owner: server }),
    ];
    await ledger.commit({ executions: [sync, ack, mine] });
    const runs = new RunsInHand();
    const forgotten = new ForgottenRuns(runs);
    const look = async () => {
      const lost = await forgotten.find(database, server);
      return (await reapForgotten(database, { serverId: server, error: Buffer.from("{}"), runs: lost }))
        .length;
    };
    await runs.during({ id: mine.id, epoch: 1 }, async () => {
      expect([await look(), await look(), await look()]).toEqual([0, 2, 0]);
    });
    expect((await stateOf(sync.id)).state).toBe(ExecutionState.interrupted);
    expect((await stateOf(ack.id)).state).toBe(ExecutionState.received);
    // What was lost stays to be seen; of what is over its own row tells.
    expect(await listEndedAttempts(database, ack.id)).toMatchObject([
      { attempt: 1, state: ExecutionState.interrupted },
    ]);
    expect(await listEndedAttempts(database, sync.id)).toEqual([]);
    expect(await finish(anEnd(mine.id, { owner: server, epoch: 1 }))).toBe(true);
    // Taken up again by the same server: an older suspicion is not about this start.
    const again = await claimExecutions(database, { serverId: server, limit: 10 });
    expect(again).toMatchObject([{ id: ack.id, epoch: 2 }]);
    expect(await look()).toBe(0);
    expect(await finish(anEnd(ack.id, { owner: server, epoch: 2 }))).toBe(true);
  });

  test("a new execution beside a failed attempt, a step and a failure, in one statement: each takes effect", async () => {
    const [retried, stepped, failed] = [
      anExecution({ owner: me }),
      anExecution({ owner: me }),
      anExecution({ owner: me }),
    ];
    await ledger.commit({ executions: [retried, stepped, failed] });
    const error = Buffer.from("{}");
    const [added, failureId, stepId] = [anExecution({ owner: other }), newUuid(), newUuid()];
    const start = { owner: me, epoch: 1 };
    const nothing = { value: null, valueArtifact: null, error: null, delayMs: null };
    const done = await ledger.commit({
      executions: [added],
      requeued: [
        {
          ...start,
          id: retried.id,
          how: "again",
          delayMs: 60_000,
          heldBy: null,
          bootMs: null,
          runMs: 1,
          error,
        },
      ],
      attempts: [{ id: retried.id, attempt: 1, state: ExecutionState.failed, error }],
      steps: [
        {
          ...start,
          ...nothing,
          id: stepId,
          executionId: stepped.id,
          key: Buffer.from("s"),
          position: 0,
          state: 1,
          attempts: 1,
        },
      ],
      finished: [anEnd(failed.id, { state: ExecutionState.failed, error })],
      failures: [{ id: failureId, failedId: failed.id, event: error }],
    });
    expect(
      [
        ["executions", added.id],
        ["requeued", retried.id],
        ["steps", stepId],
        ["failures", failureId],
      ].map(([fragment, id]) => done.has(fragment!, id!)),
    ).toEqual([true, true, true, true]);
    expect(await finish(anEnd(added.id, { owner: other }))).toBe(true);
    expect(await finish(anEnd(stepped.id))).toBe(true);
    await database.query("delete from executions where id in ($1, $2)", [retried.id, failureId]);
  });

  test("of ten copies of one delivery, one causes an execution", async () => {
    const key = Buffer.from("delivery 7");
    const { triggerId, ...owner } = ids;
    const results = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const deliveryId = newUuid();
        const execution = anExecution({ deliveryId, isKeyed: true });
        const done = await ledger.commit({
          keys: [{ id: execution.id, triggerId, key, bodyHash: Buffer.alloc(32) }],
          deliveries: [
            {
              ...owner,
              triggerId,
              providerId: null,
              id: deliveryId,
              verdict: Verdict.accepted,
              head: "{}",
              body: null,
              bodyArtifact: null,
              remoteAddress: "",
            },
          ],
          executions: [execution],
        });
        return [done.has("keys", execution.id), done.has("executions", execution.id)];
      }),
    );
    expect(results.filter(([isNew]) => isNew)).toEqual([[true, true]]);
    expect(results.filter(([, isRecorded]) => isRecorded)).toHaveLength(1);
    await claimExecutions(database, { serverId: me, limit: 10 });
  });

  function aDelivery(id: string) {
    const { triggerId, ...owner } = ids;
    return {
      ...owner,
      triggerId,
      providerId: null,
      id,
      verdict: Verdict.accepted,
      head: "{}",
      body: null,
      bodyArtifact: null,
      remoteAddress: "",
    };
  }

  test("an event with a key and one without share a flush, and both cause their execution", async () => {
    const [keyed, plain] = [anExecution({ owner: me, isKeyed: true }), anExecution({ owner: me })];
    const key = { id: keyed.id, triggerId: ids.triggerId, key: Buffer.from("8"), bodyHash: Buffer.alloc(32) };
    const results = await Promise.all([
      ledger.commit({ keys: [key], executions: [keyed] }),
      ledger.commit({ executions: [plain] }),
    ]);
    expect(results.map((done, at) => done.has("executions", [keyed, plain][at]!.id))).toEqual([true, true]);
    for (const { id } of [keyed, plain]) await finish(anEnd(id));
  });

  test("an answer and an end are of one execution: what else its owner runs goes on", async () => {
    const [one, other] = [anExecution({ owner: me }), anExecution({ owner: me })];
    await ledger.commit({ executions: [one, other] });
    const start = { id: one.id, owner: me, epoch: 1 };
    await ledger.commit({
      answered: [{ ...start, answer: "{}", output: Buffer.from("out"), outputArtifact: null }],
    });
    await finish(anEnd(one.id));
    const found = await database.query(
      "select state, answer, started_at is not null as began from executions where id = $1",
      [other.id],
    );
    expect(found.rows).toEqual([{ state: ExecutionState.started, answer: null, began: true }]);
    await finish(anEnd(other.id));
  });

  test("what was answered early stays when the end says nothing of it, and the instant of the end is the first one's", async () => {
    const read = async (id: string) =>
      (
        await database.query<{ answer: Buffer; output: Buffer; artifact: string; at: Date }>(
          `select answer, output, output_artifact as artifact, finished_at as at from executions where id = $1`,
          [id],
        )
      ).rows[0]!;
    const [early, big] = [anExecution({ owner: me }), anExecution({ owner: me })];
    await ledger.commit({ executions: [early, big] });
    const answer = '{"status":201}';
    const answered = { owner: me, epoch: 1, answer };
    await ledger.commit({
      answered: [
        { ...answered, id: early.id, output: Buffer.from("out"), outputArtifact: null },
        { ...answered, id: big.id, output: null, outputArtifact: "hash" },
      ],
    });
    await finish(anEnd(early.id));
    await finish(anEnd(big.id));
    const first = await read(early.id);
    expect(first).toMatchObject({ answer: Buffer.from(answer), output: Buffer.from("out") });
    expect(await read(big.id)).toMatchObject({ answer: Buffer.from(answer), artifact: "hash" });
    await finish(anEnd(early.id));
    expect((await read(early.id)).at).toEqual(first.at);
    // A late answer of the same start changes nothing any more.
    const late = {
      ...answered,
      id: early.id,
      answer: "late",
      output: null,
      outputArtifact: null,
    };
    expect((await ledger.commit({ answered: [late] })).has("answered", early.id)).toBe(false);
    expect((await read(early.id)).answer).toEqual(Buffer.from(answer));
  });

  test("a line of a log that is sent twice is there once", async () => {
    const execution = anExecution({ owner: me });
    await ledger.commit({ executions: [execution] });
    const line = {
      executionId: execution.id,
      attempt: 1,
      sequence: 0,
      level: 20,
      atMs: 0,
      text: Buffer.from("x"),
      call: null,
    };
    await ledger.commit({ logs: [line] });
    await ledger.commit({ logs: [line] });
    const found = await database.query("select from execution_logs where execution_id = $1", [execution.id]);
    expect(found.rowCount).toBe(1);
    await finish(anEnd(execution.id));
  });

  test("a copy's verdict is its own, and says of what it is the copy and whether its bytes are others", async () => {
    const [copy, altered, untouched] = [newUuid(), newUuid(), newUuid()];
    await ledger.commit({ deliveries: [copy, altered, untouched].map(aDelivery) });
    const copyOf = newUuid();
    const verdict = { verdict: Verdict.duplicate, copyOf };
    await ledger.commit({
      verdicts: [
        { id: copy, ...verdict, hasOtherBody: false },
        { id: altered, ...verdict, hasOtherBody: true },
      ],
    });
    const found = await database.query(
      `select verdict, copy_of as "copyOf", has_other_body as other from deliveries where id = any($1) order by id`,
      [[copy, altered, untouched]],
    );
    const expected = new Map([
      [copy, { ...verdict, other: false }],
      [altered, { ...verdict, other: true }],
      [untouched, { verdict: Verdict.accepted, copyOf: null, other: false }],
    ]);
    expect(found.rows).toEqual(
      [...expected].sort(([one], [two]) => (one < two ? -1 : 1)).map(([, row]) => row),
    );
  });

  test("one row that PostgreSQL refuses among a hundred fails alone", async () => {
    const good = Array.from({ length: 99 }, () => anExecution({ owner: me }));
    const taken = good[0]!;
    const results = await Promise.allSettled(
      [...good, { ...anExecution({ owner: me }), id: taken.id }].map((execution) =>
        ledger.commit({ executions: [execution] }),
      ),
    );
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(1);
    for (const { id } of good) expect((await stateOf(id)).state).toBe(ExecutionState.started);
  });

  test("after the connection is lost the lane opens another", async () => {
    await database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'with keys as%'",
    );
    const execution = anExecution({ owner: me });
    const commit = () => ledger.commit({ executions: [execution] });
    await commit().catch(async (error: unknown) => {
      expect(error).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
      await commit();
    });
    expect((await stateOf(execution.id)).state).toBe(ExecutionState.started);
  });

  test("a closed lane writes nothing more", async () => {
    const lane = createLedger(() => database.connect());
    await lane.close();
    const late = anExecution();
    await expect(lane.commit({ executions: [late] })).rejects.toMatchObject({ code: "SERVER_STOPPING" });
    expect(await stateOf(late.id)).toBeUndefined();
  });
});
