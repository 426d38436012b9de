import type { Manifest } from "@floww/contract/manifest";
import { expect, test } from "vitest";
import { planTriggers } from "./plan-deployment.ts";

const builtin = { type: "builtin", alias: "default" };
const base = "http://localhost/webhook/key";

interface Declared {
  handlerId: string;
  type: string;
  provider?: { type: string; alias: string };
  input: Record<string, never> | Record<string, string | number | boolean | object>;
}

const liveOf = (...triggers: Declared[]) =>
  triggers.map((trigger) => ({
    id: "trg_00000000000000000000000000",
    provider: builtin,
    ...trigger,
    input: JSON.parse(JSON.stringify(trigger.input)),
  }));

function manifestOf(...triggers: Declared[]): Manifest {
  const made = triggers.map((trigger) => ({ provider: builtin, ...trigger, key: trigger.handlerId }));
  return { abi: 1, triggers: made, providers: [], secrets: [], warnings: [] };
}

test("a trigger is the same as long as its handler's id is, and every difference is named", () => {
  const daily = { handlerId: "daily", type: "onCron", input: { expression: "0 9 * * *", timezone: "UTC" } };
  const live = liveOf(
    { handlerId: "orders", type: "onWebhook", input: { method: "POST", path: "/orders" } },
    daily,
    { handlerId: "gone", type: "onManual", input: { name: "gone" } },
  );
  const next = manifestOf(
    { handlerId: "orders", type: "onWebhook", input: { method: "PUT", path: "/orders" } },
    daily,
    { handlerId: "new", type: "onManual", input: { name: "new" } },
  );
  expect(planTriggers(next, live, base)).toEqual({
    created: [{ handlerId: "new", type: "onManual", what: "manual new" }],
    changed: [{ handlerId: "orders", type: "onWebhook", what: `POST ${base}/orders: method: POST -> PUT` }],
    removed: [{ handlerId: "gone", type: "onManual", what: "manual gone" }],
    unchanged: [{ handlerId: "daily", type: "onCron", what: "cron 0 9 * * * (UTC)" }],
  });
});

test("what changes how a trigger runs is a difference too, of any provider", () => {
  const hook = { handlerId: "hook", type: "onWebhook" };
  const cron = { handlerId: "cron", type: "onCron" };
  const push = { handlerId: "push", type: "onPush", provider: { type: "github", alias: "default" } };
  const [h, c] = [
    { method: "POST", path: "/h" },
    { expression: "0 9 * * *", timezone: "UTC" },
  ];
  const live = liveOf(
    { ...hook, input: { ...h, response: "handler" } },
    { ...cron, input: { ...c, catchUp: "last", overlap: true } },
    { ...push, input: { repository: "a" } },
  );
  const next = manifestOf(
    { ...hook, input: { ...h, response: "ack", timeoutMs: 1_000 } },
    { ...cron, input: { ...c, catchUp: "all", overlap: false } },
    { ...push, input: { repository: "b" } },
  );
  expect(planTriggers(next, live, base).changed.map(({ what }) => what)).toEqual([
    `POST ${base}/h: response: handler -> ack; timeoutMs: not set -> 1000`,
    "cron 0 9 * * * (UTC): catchUp: last -> all; overlap: true -> false",
    "github onPush: repository: a -> b",
  ]);
});

test("a schema whose keys come in another order has not changed", () => {
  const m = { handlerId: "m", type: "onManual" };
  const live = liveOf({ ...m, input: { name: "m", inputSchema: { type: "object", a: [1] } } });
  const same = manifestOf({ ...m, input: { inputSchema: { a: [1], type: "object" }, name: "m" } });
  expect(planTriggers(same, live, base).changed).toEqual([]);
  const other = manifestOf({ ...m, input: { name: "m", inputSchema: { type: "array" } } });
  expect(planTriggers(other, live, base).changed[0]?.what).toBe("manual m: another inputSchema");
});
