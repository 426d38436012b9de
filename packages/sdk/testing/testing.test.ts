import { beforeEach, expect, test } from "vitest";
import { Builtin, KVStore, Secret, WebhookError } from "../index.ts";
import { advanceTime, answerWait, replay, resetAll, sentEvents, setSecret, setTime } from "./index.ts";

interface Stripe {
  apiKey: string;
}

const builtin = new Builtin();
const visits = new KVStore().getTable<number>("visits");
const stripe = new Secret<Stripe>("stripe", {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) =>
      typeof (value as Stripe).apiKey === "string"
        ? { value: value as Stripe }
        : { issues: [{ message: "secret text", path: ["apiKey"] }] },
  },
});

const hello = builtin.triggers.onWebhook<{ name: string }>({
  path: "/hello/:from",
  handler: async (ctx, event) => {
    ctx.logger.info("hello", event.body.name);
    return { name: event.body.name, from: event.params.from, count: await visits.increment(event.body.name) };
  },
});
builtin.triggers.onWebhook({
  path: "/missing",
  method: "GET",
  handler: () => {
    throw new WebhookError(404, "no");
  },
});
builtin.triggers.onWebhook({
  path: "/key",
  method: "GET",
  handler: async () => (await stripe.value()).apiKey,
});
builtin.triggers.onCron({ expression: "0 9 * * *", handler: (_ctx, event) => ({ at: event.scheduledTime }) });
builtin.triggers.onManual({ name: "add", handler: (_ctx, event) => [event.triggered_by, event.input_data] });

const ship = builtin.triggers.onManual<{ order: string }>({
  name: "ship",
  handler: async (ctx, { input_data: { order } }) => {
    const paid = await ctx.step(
      "charge",
      ({ attempt }) => {
        if (attempt === 1) throw new Error("busy");
        return { at: new Date(0), attempt };
      },
      { retries: { limit: 1, minDelay: 1 } },
    );
    await ctx.sleep("1d");
    const { approved } = await ctx.waitFor("go", { approval: {} });
    await ctx.sendEvent("shipped", { order });
    return { order, approved, isDate: paid.at instanceof Date, attempt: paid.attempt };
  },
});

beforeEach(() => resetAll());

test("durable pieces run in a test: steps with their retries, sleeps at once, waits as the test says", async () => {
  expect((await ship.invoke({ input_data: { order: "a" } })).error?.message).toMatch(/answers no wait "go"/);
  answerWait("go", { approved: true, at: new Date() });
  const { response } = await ship.invoke({ input_data: { order: "a" } });
  expect(response?.body).toEqual({ order: "a", approved: true, isDate: true, attempt: 2 });
  expect(sentEvents()).toEqual([{ name: "shipped", data: { order: "a" } }]);
});

test("a trigger's handler runs with the event it is given, and its answer and logs come back", async () => {
  const result = await hello.invoke({ body: { name: "Ada" } });
  expect(result).toEqual({
    success: true,
    response: { status: 200, body: { name: "Ada", from: undefined, count: 1 } },
    logs: [{ level: "info", text: "hello Ada" }],
  });
  expect(await visits.get("Ada")).toBe(1);
});

test("method and path are filters: only the handler that listens for them runs", async () => {
  const result = await builtin.triggers.onWebhook.invoke({ path: "/hello/Bob", body: { name: "Ada" } });
  expect(result.response?.body).toMatchObject({ from: "Bob" });
  expect((await builtin.triggers.onWebhook.invoke({ path: "/nowhere" })).success).toBe(false);
});

test("a WebhookError is no success, and is the answer", async () => {
  const result = await builtin.triggers.onWebhook.invoke({ method: "GET", path: "/missing" });
  expect(result).toMatchObject({
    success: false,
    error: { status: 404 },
    response: { status: 404, body: "no" },
  });
});

test("what one test left is gone in the next", async () => {
  expect(await visits.listKeys()).toEqual([]);
});

test("a secret has the value that the test gives it, checked by its schema, whose messages stay unsaid", async () => {
  const ask = () => builtin.triggers.onWebhook.invoke({ method: "GET", path: "/key" });
  expect((await ask()).error).toMatchObject({ code: "SECRET_MISSING" });
  setSecret(stripe, { apiKey: "sk_test" });
  expect((await ask()).response?.body).toBe("sk_test");
  setSecret("stripe", { apiKey: 1 });
  const { error } = await ask();
  expect(error).toMatchObject({ code: "SECRET_INVALID", message: expect.stringContaining("apiKey") });
  expect(error?.message).not.toContain("secret text");
});

test("time stands where it is set and moves when it is told to", async () => {
  setTime(new Date("2026-01-02T09:00:00Z"));
  const result = await builtin.triggers.onCron.invoke();
  expect(result.response?.body).toEqual({ at: new Date("2026-01-02T09:00:00Z") });
  await visits.set("k", 1, { ttl: 1_000 });
  advanceTime(999);
  expect(await visits.get("k")).toBe(1);
  advanceTime(1);
  expect(await visits.get("k")).toBeUndefined();
});

test("a manual trigger gets its input and who started it", async () => {
  const result = await builtin.triggers.onManual.invoke({ input_data: { a: 1 } });
  expect(result.response?.body).toEqual(["test-user", { a: 1 }]);
});

test("a recorded execution is replayed on the handler that it was for", async () => {
  const recorded = {
    handlerId: "builtin.onWebhook:POST /hello/:from",
    event: {
      type: "webhook",
      method: "POST",
      path: "/hello/Eve",
      query: "",
      params: { from: "Eve" },
      headers: [["content-type", "application/json"]],
      receivedAt: "2026-01-02T09:00:00.000Z",
    },
    input: { kind: "json" as const, value: { name: "Ada" } },
  };
  expect((await replay(recorded)).response?.body).toEqual({ name: "Ada", from: "Eve", count: 1 });
  await expect(replay({ ...recorded, handlerId: "gone" })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a secret with a name that could not be set is refused where it is declared", () => {
  expect(() => new Secret("a b", stripe as never)).toThrow(expect.objectContaining({ code: "NAME_INVALID" }));
});
