import type { ExecutionScope, FailureEventHead } from "@floww/contract/abi";
import { bundleAbi } from "@floww/contract/abi";
import { expect, expectTypeOf, test } from "vitest";
import { Builtin, type Failure, type ManualEvent, type WebhookEvent } from "../index.ts";
import { joinEvents } from "../triggers/batch-event.ts";
import { replay } from "./index.ts";

interface Row {
  n: number;
}

const builtin = new Builtin();
const failures: unknown[] = [];
const batch = { size: 3, maxWait: "10s", key: "body.k" } as const;
const rows = builtin.triggers.onWebhook<Row>({
  path: "/rows",
  response: "ack",
  batch,
  validation: ({ body }) => body.n >= 0,
  handler: (_ctx, events) => {
    expectTypeOf(events).toEqualTypeOf<WebhookEvent<Row>[]>();
    return events.map(({ body, rawBody }) => [body.n, rawBody.byteLength]);
  },
  onFailure: (_ctx, failure) => {
    expectTypeOf(failure).toEqualTypeOf<Failure<WebhookEvent<Row>[]>>();
    failures.push(failure.event.map(({ body }) => body.n));
  },
});
const jobs = builtin.triggers.onManual<Row>({
  id: "jobs",
  name: "jobs",
  batch: { size: 2, maxWait: 1_000 },
  handler: (_ctx, events) => {
    expectTypeOf(events).toEqualTypeOf<ManualEvent<Row>[]>();
    return events.map(({ input_data }) => input_data.n);
  },
});
const alone = builtin.triggers.onManual<Row>({
  name: "alone",
  handler: (_ctx, event) => {
    expectTypeOf(event).toEqualTypeOf<ManualEvent<Row>>();
    return event.input_data.n;
  },
});

test("a handler with batch gets its events as a list, in order, each with its own bytes", async () => {
  const { response } = await rows.invoke([{ body: { n: 1 } }, { body: { n: 22 } }]);
  expect(response?.body).toEqual([
    [1, 7],
    [22, 8],
  ]);
  expect((await jobs.invoke([{ input_data: { n: 1 } }, { input_data: { n: 2 } }])).response?.body).toEqual([
    1, 2,
  ]);
});

test("one event alone is a batch of one, also when a recorded one is replayed", async () => {
  expect((await rows.invoke({ body: { n: 1 } })).response?.body).toEqual([[1, 7]]);
  const event = { type: "manual", triggeredBy: "me" };
  const recorded = {
    handlerId: "jobs",
    event,
    input: { kind: "json", value: { n: 3 } },
  };
  expect(bundleAbi().registrations.map(({ input }) => input.batch)).toEqual([
    { size: 3, maxWaitMs: 10_000, key: "body.k" },
    { size: 2, maxWaitMs: 1_000 },
    undefined,
  ]);
  expect((await replay(recorded as Parameters<typeof replay>[0])).response?.body).toEqual([3]);
});

test("an event that is refused is left out of its batch, and the log says so", async () => {
  const mixed = await rows.invoke([{ body: { n: 1 } }, { body: { n: -1 } }, { body: { n: 2 } }]);
  expect(mixed.response?.body).toEqual([
    [1, 7],
    [2, 7],
  ]);
  expect(mixed.logs).toEqual([
    {
      level: "warn",
      text: expect.stringMatching(/^Event 2 of the batch was left out: .*WEBHOOK_INPUT_INVALID/),
    },
  ]);
  expect(await rows.invoke([{ body: { n: -1 } }])).toMatchObject({
    success: true,
    response: { status: 204 },
  });
});

test("onFailure of a batch gets all of its events", async () => {
  const events = [1, 2].map((n) => ({
    head: {
      type: "webhook" as const,
      method: "POST",
      path: "/rows",
      query: "",
      params: {},
      headers: [["content-type", "application/json"]] as [string, string][],
      receivedAt: "",
    },
    body: Buffer.from(JSON.stringify({ n })),
  }));
  const { head: joined, body } = joinEvents(events);
  const error = { code: "USER_ERROR", name: "Error", message: "no" };
  const head: FailureEventHead = {
    type: "failure",
    executionId: "exe_1",
    status: "failed",
    attempts: 1,
    error,
    event: joined,
  };
  const scope = { executionId: "exe_2", attempt: 1, signal: new AbortController().signal } as ExecutionScope;
  await bundleAbi().registrations[0]?.onFailure?.(scope, { head, body });
  expect(failures).toEqual([[1, 2]]);
});

test("a batch for a trigger that has none is refused by name", async () => {
  const { error } = await (alone as typeof jobs).invoke([{ input_data: { n: 1 } }]);
  expect(error).toMatchObject({ code: "INPUT_INVALID", message: expect.stringContaining("has no `batch`") });
});
