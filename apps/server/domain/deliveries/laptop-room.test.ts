import { limits } from "@floww/contract/limits";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { silentBells } from "../../testing/silent-bells.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { ensureTriggers } from "../triggers/store.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { type EventTarget, receiveVendorEvent } from "./receive-vendor-event.ts";
import { type InboundRequest, type ReceiveContext, receiveWebhook } from "./receive-webhook.ts";
import type { RecordContext } from "./record-event.ts";

const NOBODY = { answer: () => undefined, chunk: () => undefined };
const head = { type: "provider" as const, name: "push", headers: [], receivedAt: new Date(0).toISOString() };

let database: TestDatabase;
let ledger: Ledger;
let trigger: EventTarget["trigger"];
let provider: { id: string; namespaceId: string };
let context: RecordContext;
beforeAll(async () => {
  database = await createTestDatabase({
    leavesStuck: "events wait for laptops and queues that are not there",
  });
  ledger = createLedger(() => database.connect());
  const { id: workflowId, namespaceId } = await aWorkflow(database);
  const declared = {
    handlerId: "h",
    provider: { type: "github", alias: "default" },
    type: "onPush",
    key: "h",
  };
  const [row] = await ensureTriggers(database, { namespaceId, workflowId }, [{ ...declared, input: {} }]);
  trigger = { id: row!.id, namespaceId, workflowId, handlerId: "h", input: {} };
  provider = { id: newUuid(), namespaceId };
  // What an event needs that nobody waits for.
  context = {
    database,
    ledger,
    serverId: newUuid(),
    bells: silentBells,
    queueLengths: { assertRoom: () => undefined },
  } as unknown as RecordContext;
});
afterAll(async () => {
  await ledger.close();
  await database[Symbol.asyncDispose]();
});
beforeEach(() => database.query("delete from executions"));

/** For a laptop, or for a live version. */
function aTarget(origin: "dev" | "webhook", deploymentId = newUuid()): EventTarget {
  const driver = { run: () => Promise.reject(new TypeError("nothing runs here")) };
  const target = { trigger, deploymentId, origin, driver, runtime: {}, isPaused: false, response: "ack" };
  return { ...target, wakeQueue: () => undefined } as unknown as EventTarget;
}

/** A laptop for which so many events wait. */
async function aLaptop(waiting: number): Promise<EventTarget> {
  const laptop = aTarget("dev");
  const { namespaceId, workflowId, id } = trigger;
  await database.query(
    `insert into executions (id, namespace_id, workflow_id, trigger_id, deployment_id, origin, mode, state)
     select id, $2, $3, $4, $5, 5, 2, 0 from unnest($1::uuid[]) as given (id)`,
    [Array.from({ length: waiting }, () => newUuid()), namespaceId, workflowId, id, laptop.deploymentId],
  );
  return laptop;
}

async function receive(...targets: EventTarget[]): Promise<number> {
  const delivery = { provider, head, body: Buffer.alloc(0), targets, remoteAddress: "" };
  return (await receiveVendorEvent(context, delivery, NOBODY)).executionIds.length;
}

async function countDeliveries(): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    "select count(*)::integer as count from deliveries",
  );
  return rows[0]!.count;
}

const MAX = limits.devEventsWaitingMax;

test("a vendor's event is left out for a full laptop, and for nobody else", async () => {
  const full = await aLaptop(MAX);
  expect(await receive(full, await aLaptop(MAX - 1), aTarget("webhook"))).toBe(2);
});

test("a webhook that a full laptop is to run later is refused, and taken where there is room", async () => {
  const call = ({ deploymentId }: EventTarget) => {
    const route = { trigger: { ...trigger, deploymentId, input: { response: "ack" } }, target: {} };
    const request = { match: { route, params: {} }, origin: "dev", method: "POST", path: "/", query: "" };
    const inbound = { ...request, headers: [], body: Buffer.alloc(0), remoteAddress: "" };
    const webhooks = { ...context, wakeQueue: () => undefined } as unknown as ReceiveContext;
    return receiveWebhook(webhooks, inbound as unknown as InboundRequest, NOBODY);
  };
  await expect(call(await aLaptop(MAX))).rejects.toMatchObject({ code: "QUEUE_FULL" });
  expect(await call(await aLaptop(MAX - 1))).toEqual({ executionId: expect.stringMatching(/^exe_/) });
});

test("two triggers of one laptop share what room is left", async () => {
  const laptop = await aLaptop(MAX - 1);
  expect(await receive(laptop, { ...laptop })).toBe(1);
});

test("an event for full laptops only is refused, and nothing of it is recorded", async () => {
  const before = await countDeliveries();
  const full = await aLaptop(MAX);
  await expect(receive(full)).rejects.toMatchObject({
    code: "QUEUE_FULL",
    fix: expect.stringContaining("floww dev"),
  });
  expect(await countDeliveries()).toBe(before);
});

test("a delivery that is kept for a paused workflow is kept whatever laptops have room", async () => {
  const before = await countDeliveries();
  const paused: EventTarget = { ...aTarget("webhook"), isPaused: true, response: "handler" };
  await expect(receive(paused, await aLaptop(MAX))).rejects.toMatchObject({ code: "WEBHOOK_PAUSED" });
  expect(await countDeliveries()).toBe(before + 1);
});
