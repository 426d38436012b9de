import type { WireEvent } from "@floww/contract/abi";
import { formatId } from "@floww/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { silentBells } from "../../testing/silent-bells.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { cancelExecution } from "../executions/cancel-execution.ts";
import { ExecutionState } from "../executions/states.ts";
import { ensureTriggers } from "../triggers/store.ts";
import { createEventKey } from "./delivery-keys.ts";
import { createLedger, type Ledger, Verdict } from "./ledger.ts";
import {
  type Caused,
  type PlannedRun,
  type RecordContext,
  recordEvent,
  startCaused,
} from "./record-event.ts";
import { pruneRows } from "./retention/prune-rows.ts";

function eventWith(id: string): WireEvent {
  return { head: { type: "manual", triggeredBy: "a test" }, body: Buffer.from(JSON.stringify({ id })) };
}

/** Two servers on one database, each with its own lane. */
describe("an event that is sent again", () => {
  let database: TestDatabase;
  let ledgers: Ledger[];
  let owner: { namespaceId: string; workflowId: string };

  beforeAll(async () => {
    database = await createTestDatabase();
    ledgers = [createLedger(() => database.connect()), createLedger(() => database.connect())];
    const { namespaceId, id: workflowId } = await aWorkflow(database);
    owner = { namespaceId, workflowId };
  });
  afterAll(async () => {
    await database.query("update executions set state = 10 where state < 10");
    for (const ledger of ledgers) await ledger.close();
    await database[Symbol.asyncDispose]();
  });

  interface Sender {
    /** Resolves with what came of it at the first server or at the second. */
    send(server?: 0 | 1, key?: string): Promise<Caused>;
  }

  async function aSender({
    windowMs,
    waits = false,
    input = {},
  }: {
    windowMs?: number;
    waits?: boolean;
    input?: Record<string, unknown>;
  } = {}): Promise<Sender> {
    const handlerId = newUuid();
    const provider = { type: "builtin", alias: "default" };
    const declared = { handlerId, provider, type: "onWebhook", key: handlerId, input };
    const [trigger] = await ensureTriggers(database, owner, [declared]);
    const triggerId = trigger!.id;
    const send = async (server: 0 | 1 = 0, key = "k") => {
      const event = eventWith(key);
      const run: PlannedRun = {
        id: newUuid(),
        trigger: { ...owner, id: triggerId, handlerId, input },
        deploymentId: newUuid(),
        origin: "webhook",
        waits,
        key: {
          ...createEventKey({ triggerId, key, body: event.body }),
          ...(windowMs === undefined ? {} : { windowMs }),
        },
        // Nothing is run here.
        runtime: undefined as never,
        driver: {} as never,
        wakeQueue: () => undefined,
      };
      const [caused] = await recordEvent(contextOf(ledgers[server]!), {
        delivery: { ...owner, triggerId, providerId: null, verdict: Verdict.accepted, remoteAddress: "::1" },
        event,
        runs: [run],
        receivedAtMs: Date.now(),
      });
      return caused!;
    };
    return { send };
  }

  function contextOf(ledger: Ledger): RecordContext {
    const queueLengths = { assertRoom: () => undefined };
    const asked = { database, ledger, serverId: newUuid(), bells: silentBells, queueLengths };
    // What is only recorded asks for no more.
    return asked as unknown as RecordContext;
  }

  function end({ executionId }: Caused, state: number) {
    return database.query("update executions set state = $2, finished_at = now() where id = $1", [
      executionId,
      state,
    ]);
  }

  /** Twenty at once, ten at each server; they must be one new execution and nineteen copies of it. */
  async function expectOneNew({ send }: Sender): Promise<Caused> {
    const all = await Promise.all(Array.from({ length: 20 }, (_, at) => send(at % 2 === 0 ? 0 : 1)));
    const born = all.filter(({ kind }) => kind === "new");
    expect(born).toHaveLength(1);
    expect(new Set(all.map(({ executionId }) => executionId))).toEqual(new Set([born[0]!.executionId]));
    return born[0]!;
  }

  function refusalOf(caused: Caused): string | undefined {
    return caused.kind === "new" ? caused.flow?.refusal?.error.code : undefined;
  }

  function delayOf(caused: Caused): number | undefined {
    return caused.kind === "new" ? caused.flow?.delayMs : undefined;
  }

  async function originalOf({ executionId }: Caused): Promise<string | null> {
    const found = await database.query<{ original: string | null }>(
      "select replay_of as original from executions where id = $1",
      [executionId],
    );
    return found.rows[0]!.original;
  }

  test("twenty times at once after it failed is replayed once, and the others are copies of that", async () => {
    const sender = await aSender();
    const first = await sender.send();
    await end(first, ExecutionState.failed);
    const replay = await expectOneNew(sender);
    expect(await originalOf(replay)).toBe(first.executionId);
    // And so does the replay of that.
    await end(replay, ExecutionState.timed_out);
    expect(await originalOf(await expectOneNew(sender))).toBe(replay.executionId);
  });

  test("is a copy also of one that retention has taken, which nobody can wait for any more", async () => {
    const { send } = await aSender({ waits: true });
    const first = await send();
    await end(first, ExecutionState.completed);
    const { namespaceId } = owner;
    await pruneRows(database, {
      namespaceId,
      cutoffMs: Date.now() + 1_000,
      signal: AbortSignal.timeout(60_000),
    });
    const copy = await send();
    expect(copy).toMatchObject({ kind: "copy", executionId: first.executionId, hasOtherBody: false });
    const received = await startCaused(contextOf(ledgers[0]!), copy, {
      event: eventWith("k"),
      caller: undefined as never,
    });
    expect(received).toEqual({ executionId: formatId("execution", first.executionId) });
  });

  test("is a copy of one that a person cancelled", async () => {
    const { send } = await aSender();
    const { executionId } = await send();
    await cancelExecution({ database, wakeQueue: () => undefined }, owner.namespaceId, executionId);
    expect(await send()).toMatchObject({ kind: "copy", executionId });
  });

  const PERIOD_MS = 60_000;

  test("counts once against the rate, until a copy of it runs", async () => {
    const { send } = await aSender({ input: { rateLimit: { limit: 2, periodMs: PERIOD_MS } } });
    const first = await send();
    for (const _time of [1, 2, 3]) expect((await send()).kind).toBe("copy");
    const second = await send(0, "another");
    expect(refusalOf(second)).toBeUndefined();
    await end(second, ExecutionState.failed);
    // The limit is reached: a copy is answered as what it is all the same, and what would run is refused.
    expect(await send()).toMatchObject({ kind: "copy", executionId: first.executionId });
    expect(refusalOf(await send(0, "another"))).toBe("RUN_RATE_LIMITED");
  });

  test("takes one place of a throttle, until a copy of it runs", async () => {
    const idempotency = { key: "body.id", windowMs: PERIOD_MS };
    const { send } = await aSender({ input: { throttle: { limit: 1, periodMs: PERIOD_MS }, idempotency } });
    await send(0, "a");
    for (const _time of [1, 2, 3]) expect((await send(0, "a")).kind).toBe("copy");
    const next = await send(0, "b");
    expect(delayOf(next)).toBeLessThanOrEqual(PERIOD_MS);
    await end(next, ExecutionState.failed);
    expect(delayOf(await send(0, "b"))).toBeGreaterThan(PERIOD_MS);
  });

  test("twenty times at once after its window is one new event", async () => {
    const sender = await aSender({ windowMs: 60_000 });
    await end(await sender.send(), ExecutionState.completed);
    await database.query("update delivery_keys set created_at = created_at - interval '61 seconds'");
    expect(await originalOf(await expectOneNew(sender))).toBe(null);
  });
});
