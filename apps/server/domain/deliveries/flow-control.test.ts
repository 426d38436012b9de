import type { WireEvent } from "@floww/contract/abi";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { anOrganization, aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { cancelTree } from "../executions/cancel-tree.ts";
import { claimExecutions } from "../executions/claim-executions.ts";
import { expireRuns, FlowKeeper } from "../executions/flow/keep-flow.ts";
import { birthsOf, planFlow } from "../executions/flow/plan-flow.ts";
import { settleDebounce } from "../executions/flow/settle-debounce.ts";
import { takeTurn } from "../executions/flow/take-turn.ts";
import { QueueLengths } from "../executions/queue-lengths.ts";
import { ExecutionMode, ExecutionOrigin, ExecutionState } from "../executions/states.ts";
import { promoteDue } from "../executions/store.ts";
import { settleWait } from "../journal/settle-wait.ts";
import { JournalKindNumber } from "../journal/states.ts";
import { insertWait } from "../journal/store.ts";
import { ensureTriggers } from "../triggers/store.ts";
import { createLedger, type Ledger } from "./ledger.ts";

/** Two servers on one database: each with its own keeper, and with a lane that both may use. */
describe("flow control", () => {
  let database: TestDatabase;
  let ledger: Ledger;
  const servers = [newUuid(), newUuid()] as const;

  beforeAll(async () => {
    database = await createTestDatabase();
    ledger = createLedger(() => database.connect());
  });
  afterAll(async () => {
    await ledger.close();
    await database[Symbol.asyncDispose]();
  });
  beforeEach(() => database.query("update executions set state = 10 where state < 10"));

  interface Tenant {
    trigger: { id: string; input: Record<string, unknown> };
    row: { namespaceId: string; workflowId: string; triggerId: string };
  }

  async function aTrigger(input: Record<string, unknown>): Promise<Tenant> {
    const { namespace } = await anOrganization(database);
    const workflow = await aWorkflow(database, { namespaceId: namespace.id });
    const owner = { namespaceId: namespace.id, workflowId: workflow.id };
    const provider = { type: "builtin", alias: "default" };
    const [trigger] = await ensureTriggers(database, owner, [
      { handlerId: "h", provider, type: "onManual", key: "h", input },
    ]);
    return { trigger: trigger!, row: { ...owner, triggerId: trigger!.id } };
  }

  /** Records an event; with `at`, its caller waits at that server. */
  async function send(
    { trigger, row }: Tenant,
    body: unknown,
    { at, keepers = [] }: { at?: string; keepers?: FlowKeeper[] } = {},
  ) {
    const event: WireEvent = {
      head: { type: "manual", triggeredBy: "a test" },
      body: Buffer.from(JSON.stringify(body)),
    };
    const plan = await planFlow(database, trigger, event);
    const id = newUuid();
    const execution = {
      ...row,
      id,
      deploymentId: null,
      deliveryId: null,
      origin: ExecutionOrigin.manual,
      mode: at === undefined ? ExecutionMode.ack : ExecutionMode.handler,
      owner: at ?? null,
      event: Buffer.from(JSON.stringify(event.head)),
      input: Buffer.from(event.body),
      inputArtifact: null,
      replayOf: null,
      isKeyed: false,
    };
    await ledger.commit(birthsOf([{ row: execution, flow: plan }]));
    const wakeKey = (key: Buffer) => {
      for (const keeper of keepers) keeper.wake(key);
    };
    const context = { database, wakeKey, wakeBatch: () => undefined };
    const waiting = at === undefined ? undefined : { id, owner: at, deploymentId: newUuid() };
    return { id, turn: await takeTurn(context, plan, { id, waiting }) };
  }

  async function stateOf(id: string) {
    const found = await database.query<{ state: number; error: Buffer | null }>(
      "select state, error from executions where id = $1",
      [id],
    );
    const { state, error } = found.rows[0]!;
    return error === null ? state : [state, (JSON.parse(error.toString()) as { code: string }).code];
  }

  function finish(id: string) {
    return database.query(
      `update executions set state = ${ExecutionState.completed}, finished_at = now() where id = $1`,
      [id],
    );
  }

  /** As a queue does: what was woken is settled, then as many as there are are claimed. */
  async function claimAt(server: 0 | 1, keeper: FlowKeeper): Promise<string[]> {
    await keeper.settle();
    const claimed = await claimExecutions(database, { serverId: servers[server], limit: 50 });
    return claimed.map(({ id }) => id);
  }

  test("runs a key's events one after the other, in order, whichever server has them", async () => {
    const tenant = await aTrigger({ concurrency: { limit: 1, key: "body.k", strategy: "queue" } });
    const keepers = [new FlowKeeper(database), new FlowKeeper(database)] as const;
    const sent: string[] = [];
    for (let at = 0; at < 6; at++)
      sent.push((await send(tenant, { k: "a" }, { keepers: [keepers[at % 2 === 0 ? 0 : 1]] })).id);
    const other = await send(tenant, { k: "b" }, { keepers: [keepers[0]] });
    const ran: string[] = [];
    for (let turn = 0; turn < 12; turn++) {
      // The one that ends a run is not always the one that looks next.
      await keepers[turn % 2 === 0 ? 0 : 1].look();
      const claims = await Promise.all([claimAt(0, keepers[0]), claimAt(1, keepers[1])]);
      const claimed = claims.flat().filter((id) => id !== other.id);
      expect(claimed.length).toBeLessThanOrEqual(1);
      ran.push(...claimed);
      for (const id of claimed) await finish(id);
    }
    expect(ran).toEqual(sent);
  });

  test("never runs more than the limit, however many come at once at two servers", async () => {
    const tenant = await aTrigger({ concurrency: { limit: 3, strategy: "queue" } });
    const sent = await Promise.all(
      Array.from({ length: 40 }, (_, at) => send(tenant, {}, { at: servers[at % 2 === 0 ? 0 : 1] })),
    );
    expect(sent.filter(({ turn }) => turn.kind === "now").length).toBeLessThanOrEqual(3);
    const states = await Promise.all(sent.map(({ id }) => stateOf(id)));
    expect(states.filter((state) => state !== ExecutionState.waiting)).toHaveLength(3);
  });

  test("lets higher priority go first among what waits for a slot", async () => {
    const tenant = await aTrigger({
      concurrency: { limit: 1, strategy: "queue" },
      priority: "body.priority",
    });
    const keeper = new FlowKeeper(database);
    const keepers = [keeper];
    const running = await send(tenant, { priority: 0 }, { keepers });
    expect(await claimAt(0, keeper)).toEqual([running.id]);
    await send(tenant, { priority: 1 }, { keepers });
    const high = await send(tenant, { priority: "2" }, { keepers });
    await finish(running.id);
    await keeper.look();
    expect(await claimAt(0, keeper)).toEqual([high.id]);
  });

  test("starts a waiting caller's run at its server when there is room, and leaves it to the queue when not", async () => {
    const tenant = await aTrigger({ concurrency: { limit: 1, strategy: "queue" } });
    const first = await send(tenant, {}, { at: servers[0] });
    const second = await send(tenant, {}, { at: servers[1] });
    expect([first.turn.kind, second.turn.kind]).toEqual(["now", "later"]);
    expect(await stateOf(first.id)).toBe(ExecutionState.started);
    await finish(first.id);
    const keeper = new FlowKeeper(database);
    // Nobody told this server: the periodic look finds what a server that died has left.
    expect(await claimAt(1, keeper)).toEqual([]);
    await keeper.look();
    expect(await claimAt(1, keeper)).toEqual([second.id]);
  });

  test("drops what comes beyond the limit", async () => {
    const tenant = await aTrigger({ concurrency: { limit: 1, strategy: "drop" } });
    const keeper = new FlowKeeper(database);
    const first = await send(tenant, {}, { keepers: [keeper] });
    const second = await send(tenant, {}, { keepers: [keeper] });
    expect(await claimAt(0, keeper)).toEqual([first.id]);
    expect(await stateOf(second.id)).toEqual([ExecutionState.cancelled, "RUN_DROPPED"]);
    const third = await send(tenant, {}, { at: servers[0] });
    expect(third.turn).toMatchObject({ kind: "refused", end: { error: { code: "RUN_DROPPED" } } });
  });

  test("cancels the oldest for the newest", async () => {
    const tenant = await aTrigger({ concurrency: { limit: 2, strategy: "cancel-running" } });
    const sent = [];
    for (let at = 0; at < 4; at++) sent.push(await send(tenant, {}, { at: servers[at % 2 === 0 ? 0 : 1] }));
    expect(await Promise.all(sent.map(({ id }) => stateOf(id)))).toEqual([
      [ExecutionState.cancelled, "RUN_REPLACED"],
      [ExecutionState.cancelled, "RUN_REPLACED"],
      ExecutionState.started,
      ExecutionState.started,
    ]);
  });

  test("frees the slot of a run that pauses or waits, and lets it back in when there is room", async () => {
    const tenant = await aTrigger({ concurrency: { limit: 1, strategy: "queue" } });
    const keeper = new FlowKeeper(database);
    const keepers = [keeper];
    const [paused, next] = [await send(tenant, {}, { keepers }), await send(tenant, {}, { keepers })];
    expect(await claimAt(0, keeper)).toEqual([paused.id]);
    await database.query(
      `update executions set state = ${ExecutionState.waiting}, owner = null, due_at = now() + interval '1 hour' where id = $1`,
      [paused.id],
    );
    await keeper.look();
    expect(await claimAt(0, keeper)).toEqual([next.id]);
    await database.query("update executions set due_at = now() where id = $1", [paused.id]);
    await promoteDue(database, 10);
    await keeper.look();
    expect(await claimAt(0, keeper)).toEqual([]);
    await finish(next.id);
    await keeper.look();
    expect(await claimAt(0, keeper)).toEqual([paused.id]);
  });

  test("a run that is woken waits for a free slot like any other", async () => {
    const tenant = await aTrigger({ concurrency: { limit: 1, strategy: "queue" } });
    const [sleeping, running] = [
      await send(tenant, {}, { at: servers[0] }),
      await send(tenant, {}, { at: servers[0] }),
    ];
    const executionId = sleeping.id;
    await insertWait(database, {
      executionId,
      owner: servers[0],
      epoch: 1,
      writeId: newUuid(),
      key: Buffer.from("k"),
      position: 0,
      kind: JournalKindNumber.event,
      forMs: 60_000,
      untilMs: undefined,
    });
    const start = { id: executionId, owner: servers[0], epoch: 1 };
    await ledger.commit({
      requeued: [
        {
          ...start,
          how: "waits",
          delayMs: 0,
          heldBy: null,
          bootMs: null,
          runMs: 1,
          error: Buffer.from("{}"),
        },
      ],
    });
    const keeper = new FlowKeeper(database);
    await keeper.look();
    expect(await claimAt(0, keeper)).toEqual([running.id]);
    await settleWait(database, { executionId: sleeping.id, key: Buffer.from("k"), value: "1" });
    await keeper.look();
    expect(await claimAt(0, keeper)).toEqual([]);
    await finish(running.id);
    await keeper.look();
    expect(await claimAt(0, keeper)).toEqual([sleeping.id]);
  });

  test("refuses what comes beyond the rate, and says when to come back", async () => {
    const tenant = await aTrigger({ rateLimit: { limit: 2, periodMs: 60_000, key: "body.k" } });
    for (const _time of [1, 2]) await send(tenant, { k: "a" });
    const third = await send(tenant, { k: "a" });
    expect(third.turn).toMatchObject({
      kind: "refused",
      end: { state: "cancelled", error: { code: "RUN_RATE_LIMITED" } },
    });
    expect(await stateOf(third.id)).toEqual([ExecutionState.cancelled, "RUN_RATE_LIMITED"]);
    expect((await send(tenant, { k: "b" })).turn.kind).toBe("later");
    await database.query("update flow_meters set since = since - interval '61 seconds'");
    expect((await send(tenant, { k: "a" })).turn.kind).toBe("later");
  });

  test("spreads what is throttled over the period", async () => {
    const tenant = await aTrigger({ throttle: { limit: 2, periodMs: 60_000 } });
    const sent = await Promise.all(Array.from({ length: 4 }, () => send(tenant, {})));
    const due = await database.query<{ inS: number | null }>(
      `select round(extract(epoch from due_at - created_at) / 10)::integer * 10 as "inS" from executions
       where id = any($1) order by due_at nulls first`,
      [sent.map(({ id }) => id)],
    );
    expect(due.rows.map(({ inS }) => inS)).toEqual([null, 30, 60, 90]);
  });

  test("lets the last of a burst run, however late it is settled, and waits no longer than it may", async () => {
    const tenant = await aTrigger({ debounce: { periodMs: 60_000, maxWaitMs: 90_000, key: "body.k" } });
    const first = await send(tenant, { k: "a" });
    await database.query("update flow_debounces set first_at = first_at - interval '80 seconds'");
    const [second, other] = [await send(tenant, { k: "a" }), await send(tenant, { k: "b" })];
    expect(await stateOf(first.id)).toEqual([ExecutionState.cancelled, "RUN_DEBOUNCED"]);
    const due = await database.query<{ id: string; inS: number }>(
      `select id, round(extract(epoch from due_at - created_at) / 10)::integer * 10 as "inS" from executions
       where id = any($1) order by id`,
      [[second.id, other.id].sort()],
    );
    expect(Object.fromEntries(due.rows.map(({ id, inS }) => [id, inS]))).toEqual({
      [second.id]: 10,
      [other.id]: 60,
    });
    // Settled again, as by a server that was slow: the later one stays.
    const debounce = { key: Buffer.from("slow-key"), periodMs: 60_000, maxWaitMs: undefined };
    const [early, late] = [await send(tenant, { k: "c" }), await send(tenant, { k: "d" })];
    for (const id of [late.id, early.id])
      await database.transaction((transaction) => settleDebounce(transaction, debounce, id));
    expect(await stateOf(early.id)).toEqual([ExecutionState.cancelled, "RUN_DEBOUNCED"]);
    expect(await stateOf(late.id)).toBe(ExecutionState.waiting);
  });

  test("begins again with what comes after the burst", async () => {
    const tenant = await aTrigger({ debounce: { periodMs: 60_000 } });
    const first = await send(tenant, {});
    await database.query("update executions set due_at = now() where id = $1", [first.id]);
    await promoteDue(database, 10);
    const second = await send(tenant, {});
    expect(await claimAt(0, new FlowKeeper(database))).toEqual([first.id]);
    expect(await stateOf(second.id)).toBe(ExecutionState.waiting);
  });

  test("does not start what has waited longer than its ttl", async () => {
    const tenant = await aTrigger({ ttlMs: 60_000 });
    const [late, fresh] = [await send(tenant, {}), await send(tenant, {})];
    await database.query("update executions set expires_at = now() - interval '1 second' where id = $1", [
      late.id,
    ]);
    expect(await claimAt(0, new FlowKeeper(database))).toEqual([fresh.id]);
    await expireRuns(database);
    expect(await stateOf(late.id)).toEqual([ExecutionState.cancelled, "RUN_EXPIRED"]);
    // What has been started is not ended by it any more, whenever it is started again.
    expect(await stateOf(fresh.id)).toBe(ExecutionState.started);
  });

  test("warns of a path that leads nowhere, and lets all such events share one key", async () => {
    const tenant = await aTrigger({ concurrency: { limit: 1, key: "body.__proto__.x", strategy: "drop" } });
    const first = await send(tenant, {}, { at: servers[0] });
    const second = await send(tenant, { other: 1 }, { at: servers[0] });
    expect([first.turn.kind, second.turn.kind]).toEqual(["now", "refused"]);
    const lines = await database.query<{ text: Buffer }>(
      "select text from execution_logs where execution_id = $1",
      [first.id],
    );
    expect(lines.rows.map(({ text }) => text.toString())).toEqual([
      expect.stringContaining("FLOW_PATH_EMPTY: The event has nothing at body.__proto__.x"),
    ]);
  });

  test("gives every namespace the same share, whatever the others have waiting", async () => {
    const [many, few] = [await aTrigger({}), await aTrigger({})];
    for (let at = 0; at < 30; at++) await send(many, {});
    const ids = [(await send(few, {})).id, (await send(few, {})).id];
    const claimed = await claimExecutions(database, { serverId: servers[0], limit: 4 });
    expect(claimed.filter(({ id }) => ids.includes(id))).toHaveLength(2);
    expect(claimed).toHaveLength(4);
    const full = await claimExecutions(database, {
      serverId: servers[0],
      limit: 50,
      roomFor: (namespaceId) => (namespaceId === many.row.namespaceId ? 5 : 50),
    });
    expect(full).toHaveLength(5);
  });

  test("takes higher priority first in a namespace", async () => {
    const tenant = await aTrigger({ priority: "body.p" });
    await send(tenant, { p: 1 });
    const high = await send(tenant, { p: 5 });
    await send(tenant, {});
    const [claimed] = await claimExecutions(database, { serverId: servers[0], limit: 1 });
    expect(claimed!.id).toBe(high.id);
  });

  test("refuses what would wait when a namespace's queue is full, and nobody else's", async () => {
    const [full, other] = [await aTrigger({}), await aTrigger({})];
    for (const _time of [1, 2, 3]) await send(full, {});
    const lengths = new QueueLengths(database, { max: 3 });
    await lengths.look();
    expect(() => lengths.assertRoom(full.row.namespaceId)).toThrow(/3 executions of this namespace wait/);
    expect(() => lengths.assertRoom(other.row.namespaceId)).not.toThrow();
  });

  test("has the slot of a cancelled run again", async () => {
    const tenant = await aTrigger({ concurrency: { limit: 1, strategy: "queue" } });
    const [first, second] = [await send(tenant, {}, { at: servers[0] }), await send(tenant, {})];
    const { namespaceId } = tenant.row;
    await cancelTree(database, { namespaceId, ids: [first.id], error: Buffer.from("{}") });
    const keeper = new FlowKeeper(database);
    await keeper.look();
    expect(await claimAt(1, keeper)).toEqual([second.id]);
  });
});
