import type { WireEvent } from "@floww/contract/abi";
import { limits } from "@floww/contract/limits";
import { splitEvents } from "@floww/sdk/batch-event";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ArtifactStore } from "../../../platform/blobs/artifact-store.ts";
import { newUuid } from "../../../platform/uuid-v7.ts";
import { anOrganization, aWorkflow } from "../../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../../testing/test-database.ts";
import { cancelExecution } from "../../executions/cancel-execution.ts";
import { claimExecutions } from "../../executions/claim-executions.ts";
import { FlowKeeper } from "../../executions/flow/keep-flow.ts";
import { birthsOf, planFlow } from "../../executions/flow/plan-flow.ts";
import { takeTurn } from "../../executions/flow/take-turn.ts";
import { ExecutionMode, ExecutionOrigin, ExecutionState } from "../../executions/states.ts";
import { type ClaimedExecution, promoteDue } from "../../executions/store.ts";
import { ensureTriggers } from "../../triggers/store.ts";
import { createLedger, type Ledger } from "../ledger.ts";
import { loadEvent } from "../load-event.ts";
import { countSelected } from "../replays/select-items.ts";
import { BatchKeeper } from "./batch-keeper.ts";

const { waiting, received, completed, failed, cancelled } = ExecutionState;

/** Two servers on one database, as far as batches are concerned. */
describe("a batch", () => {
  let database: TestDatabase;
  let ledger: Ledger;
  const stored = new Map<string, Buffer>();
  const artifacts = {
    put: async (_namespaceId: string, bytes: Buffer) => {
      stored.set(`blob-${stored.size}`, bytes);
      return `blob-${stored.size - 1}`;
    },
    get: async (_namespaceId: string, hash: string) => stored.get(hash)!,
  } as unknown as ArtifactStore;
  const [me, other] = [newUuid(), newUuid()];

  beforeAll(async () => {
    database = await createTestDatabase();
    ledger = createLedger(() => database.connect());
  });
  afterAll(async () => {
    await ledger.close();
    await database[Symbol.asyncDispose]();
  });

  interface Tenant {
    trigger: { id: string; input: Record<string, unknown> };
    row: { namespaceId: string; workflowId: string; triggerId: string };
    keepers: [BatchKeeper, BatchKeeper];
  }

  async function aTrigger(input: Record<string, unknown>): Promise<Tenant> {
    const { namespace } = await anOrganization(database);
    const workflow = await aWorkflow(database, { namespaceId: namespace.id });
    const owner = { namespaceId: namespace.id, workflowId: workflow.id };
    const provider = { type: "builtin", alias: "default" };
    const declared = { handlerId: "h", provider, type: "onManual", key: "h", input };
    const [trigger] = await ensureTriggers(database, owner, [declared]);
    const keepers: Tenant["keepers"] = [
      new BatchKeeper({ database, artifacts }),
      new BatchKeeper({ database, artifacts }),
    ];
    return { trigger: trigger!, row: { ...owner, triggerId: trigger!.id }, keepers };
  }

  async function send({ trigger, row, keepers }: Tenant, body: unknown, { at = 0 }: { at?: 0 | 1 } = {}) {
    const event: WireEvent = {
      head: { type: "manual", triggeredBy: "a test" },
      body: Buffer.from(JSON.stringify(body)),
    };
    const isBig = event.body.byteLength > limits.inlineBytesMax;
    const plan = await planFlow(database, trigger, event);
    const id = newUuid();
    const execution = {
      ...row,
      id,
      deploymentId: null,
      deliveryId: null,
      origin: ExecutionOrigin.manual,
      mode: ExecutionMode.ack,
      owner: null,
      event: Buffer.from(JSON.stringify(event.head)),
      input: isBig ? null : Buffer.from(event.body),
      inputArtifact: isBig ? await artifacts.put(row.namespaceId, Buffer.from(event.body)) : null,
      replayOf: null,
      isKeyed: false,
    };
    await ledger.commit(birthsOf([{ row: execution, flow: plan }]));
    const wakeBatch = (key: Buffer) => keepers[at].wake(key);
    await takeTurn({ database, wakeKey: () => undefined, wakeBatch }, plan, { id });
    return id;
  }

  function becomeDue(ids: readonly string[]) {
    return database.query("update executions set due_at = now() where id = any($1::uuid[])", [ids]);
  }

  async function statesOf(ids: readonly string[]) {
    const found = await database.query<{
      id: string;
      state: number;
      batchId: string | null;
      isDead: boolean;
    }>(
      `select id, state, batch_id as "batchId", is_dead as "isDead" from executions where id = any($1::uuid[])`,
      [ids],
    );
    const byId = new Map(found.rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id)!);
  }

  async function claimFor({ row }: Tenant, serverId = me): Promise<ClaimedExecution[]> {
    const claimed = await claimExecutions(database, {
      serverId,
      limit: 50,
      roomFor: (namespaceId) => (namespaceId === row.namespaceId ? 50 : 0),
    });
    return claimed;
  }

  async function bodiesOf(claimed: ClaimedExecution): Promise<unknown[]> {
    const event = await loadEvent({ database, artifacts }, claimed);
    expect(event.head.type).toBe("batch");
    return splitEvents(event).map(({ body }) => JSON.parse(Buffer.from(body).toString()) as unknown);
  }

  function end(id: string, state: number) {
    return database.query(
      `update executions set state = $2, finished_at = now(), error = '{"code":"USER_ERROR"}' where id = $1`,
      [id, state],
    );
  }

  test("starts when it is full, with its events in the order in which they came", async () => {
    const tenant = await aTrigger({ batch: { size: 3, maxWaitMs: 60_000 } });
    const ids = [await send(tenant, 1), await send(tenant, 2)];
    const early = await tenant.keepers[0].settle();
    expect(early.dueInMs).toBeGreaterThan(50_000);
    expect(await claimFor(tenant)).toEqual([]);
    ids.push(await send(tenant, 3), await send(tenant, 4));
    await tenant.keepers[0].settle();
    const [batch, ...others] = await claimFor(tenant);
    expect(others).toEqual([]);
    expect(batch!.isBatch).toBe(true);
    expect(await bodiesOf(batch!)).toEqual([1, 2, 3]);
    expect((await statesOf(ids)).map(({ state, batchId }) => [state, batchId])).toEqual([
      [waiting, batch!.id],
      [waiting, batch!.id],
      [waiting, batch!.id],
      [waiting, null],
    ]);
  });

  test("starts when its first event has waited long enough, whichever server that came to", async () => {
    const tenant = await aTrigger({ batch: { size: 100, maxWaitMs: 60_000, key: "body.k" } });
    const ids = [await send(tenant, { k: "a", n: 1 }), await send(tenant, { k: "a", n: 2 })];
    const apart = await send(tenant, { k: "b" });
    await becomeDue([ids[0]!]);
    // The periodic look for what is due lets none of them go by itself.
    await promoteDue(database, 100);
    await tenant.keepers[1].look();
    await tenant.keepers[1].settle();
    const [batch, ...others] = await claimFor(tenant, other);
    expect(others).toEqual([]);
    expect(await bodiesOf(batch!)).toEqual([
      { k: "a", n: 1 },
      { k: "a", n: 2 },
    ]);
    expect((await statesOf([apart]))[0]).toMatchObject({ state: waiting, batchId: null });
  });

  test("has each event once, however many servers make batches of a key at once", async () => {
    const tenant = await aTrigger({ batch: { size: 4, maxWaitMs: 60_000 } });
    const numbers = Array.from({ length: 40 }, (_, at) => at);
    await Promise.all(
      numbers.map(async (n) => {
        const at = n % 2 === 0 ? 0 : 1;
        await send(tenant, n, { at });
        await tenant.keepers[at].settle();
      }),
    );
    const batches = await Promise.all((await claimFor(tenant)).map(bodiesOf));
    expect(batches.flat().sort((one, two) => Number(one) - Number(two))).toEqual(numbers);
    expect(batches.map((events) => events.length)).toEqual(Array.from({ length: 10 }, () => 4));
  });

  test("ends its events as it ends, and is the only dead letter", async () => {
    const tenant = await aTrigger({ batch: { size: 2, maxWaitMs: 60_000 } });
    for (const state of [completed, failed]) {
      const ids = [await send(tenant, 1), await send(tenant, 2)];
      await tenant.keepers[0].settle();
      const [batch] = await claimFor(tenant);
      await tenant.keepers[1].settle();
      expect((await statesOf(ids)).map((row) => row.state)).toEqual([waiting, waiting]);
      await end(batch!.id, state);
      await tenant.keepers[1].look();
      expect((await tenant.keepers[1].settle()).ended).toBe(2);
      expect(await statesOf(ids)).toEqual(
        ids.map((id) => ({ id, state, batchId: batch!.id, isDead: false })),
      );
      expect((await tenant.keepers[0].settle()).ended).toBe(0);
    }
    const filter = { namespaceId: tenant.row.namespaceId, state: failed };
    const selection = {
      kind: "executions" as const,
      filter,
      untilId: "ffffffff-ffff-ffff-ffff-ffffffffffff",
    };
    // A replay of all that failed runs the events once: as the batch that they were.
    expect(await countSelected(database, selection)).toBe(1);
  });

  test("leaves out what was cancelled while it gathered; what runs in one is cancelled with it", async () => {
    const tenant = await aTrigger({ batch: { size: 2, maxWaitMs: 60_000 } });
    const { namespaceId } = tenant.row;
    const context = { database, wakeQueue: () => undefined };
    const [gone, first] = [await send(tenant, 0), await send(tenant, 1)];
    await cancelExecution(context, namespaceId, gone);
    await tenant.keepers[0].settle();
    expect(await claimFor(tenant)).toEqual([]);
    const second = await send(tenant, 2);
    await tenant.keepers[0].settle();
    const [batch] = await claimFor(tenant);
    expect(await bodiesOf(batch!)).toEqual([1, 2]);
    await expect(cancelExecution(context, namespaceId, first)).rejects.toMatchObject({
      code: "STATE_CONFLICT",
      fix: expect.stringContaining("Cancel the batch: exe_"),
    });
    await cancelExecution(context, namespaceId, batch!.id);
    await tenant.keepers[0].look();
    await tenant.keepers[0].settle();
    expect((await statesOf([first, second])).map(({ state }) => state)).toEqual([cancelled, cancelled]);
  });

  test("takes as many bytes as one event may have, puts big ones away, and fails only what cannot be read", async () => {
    const tenant = await aTrigger({ batch: { size: 3, maxWaitMs: 60_000 } });
    const half = "x".repeat(limits.bodyBytesMax / 2);
    const ids = [await send(tenant, half), await send(tenant, half), await send(tenant, "small")];
    await tenant.keepers[0].settle();
    const [batch, ...others] = await claimFor(tenant);
    expect(others).toEqual([]);
    expect(batch!.input).toBeNull();
    expect((await bodiesOf(batch!)).length).toBe(1);
    await becomeDue(ids.slice(1));
    await database.query("update executions set event = null, input_artifact = null where id = $1", [ids[1]]);
    await tenant.keepers[0].look();
    await tenant.keepers[0].settle();
    const [rest] = await claimFor(tenant);
    expect(await bodiesOf(rest!)).toEqual(["small"]);
    expect((await statesOf([ids[1]!]))[0]).toMatchObject({ state: failed, isDead: true });
  });

  test("waits for a slot of the limit that its events share, and has the highest priority of them", async () => {
    const tenant = await aTrigger({
      batch: { size: 2, maxWaitMs: 60_000, key: "body.k" },
      concurrency: { limit: 1, strategy: "queue", key: "body.k" },
      priority: "body.p",
    });
    for (const p of [0, 7, 1, 2]) await send(tenant, { k: "a", p });
    const flow = new FlowKeeper(database);
    for (const key of (await tenant.keepers[0].settle()).flowKeys) flow.wake(key);
    await flow.settle();
    const [first, ...more] = await claimFor(tenant);
    expect(more).toEqual([]);
    expect((await bodiesOf(first!)).length).toBe(2);
    const { rows } = await database.query("select priority from executions where id = $1", [first!.id]);
    expect(rows).toEqual([{ priority: 7 }]);
    await end(first!.id, completed);
    await flow.look();
    await flow.settle();
    expect((await claimFor(tenant)).map(({ isBatch }) => isBatch)).toEqual([true]);
  });

  test("is none any more when the version that is live gathers no events", async () => {
    const tenant = await aTrigger({ batch: { size: 5, maxWaitMs: 60_000 } });
    const ids = [await send(tenant, 1), await send(tenant, 2)];
    await database.query("update triggers set input = '{}' where id = $1", [tenant.trigger.id]);
    await tenant.keepers[0].settle();
    expect((await statesOf(ids)).map(({ state }) => state)).toEqual([received, received]);
    const claimed = await claimFor(tenant);
    expect(new Set(claimed.map(({ id }) => id))).toEqual(new Set(ids));
    expect(claimed.every(({ isBatch }) => !isBatch)).toBe(true);
  });

  test("says in each event's log where it ran", async () => {
    const tenant = await aTrigger({ batch: { size: 2, maxWaitMs: 60_000 } });
    const ids = [await send(tenant, 1), await send(tenant, 2)];
    await tenant.keepers[0].settle();
    const { rows } = await database.query<{ text: Buffer }>(
      "select text from execution_logs where execution_id = any($1::uuid[]) order by text",
      [ids],
    );
    expect(rows.map(({ text }) => text.toString())).toEqual([
      expect.stringMatching(/^Event 1 of 2 of the batch exe_\w+\.$/),
      expect.stringMatching(/^Event 2 of 2 of the batch exe_\w+\.$/),
    ]);
  });
});
