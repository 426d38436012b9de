import type { Manifest } from "@floww/contract/manifest";
import { expect, test } from "vitest";
import { planTriggers } from "./plan-deployment.ts";

const builtin = { type: "builtin", alias: "default" };
const base = "http://localhost/webhook/key";
const id = "trg_00000000000000000000000000";

function manifestOf(
  ...triggers: { handlerId: string; type: string; input: Record<string, unknown> }[]
): Manifest {
  const made = triggers.map((trigger) => ({ ...trigger, provider: builtin, key: trigger.handlerId }));
  return { abi: 1, triggers: made, providers: [], secrets: [], warnings: [] };
}

test("a trigger is the same as long as its handler's id is, and every difference is named", () => {
  const live = [
    { id, handlerId: "orders", type: "onWebhook", provider: builtin, method: "POST", url: `${base}/orders` },
    { id, handlerId: "daily", type: "onCron", provider: builtin, expression: "0 9 * * *", timezone: "UTC" },
    { id, handlerId: "gone", type: "onManual", provider: builtin, name: "gone" },
  ];
  const next = manifestOf(
    { handlerId: "orders", type: "onWebhook", input: { method: "PUT", path: "/orders" } },
    { handlerId: "daily", type: "onCron", input: { expression: "0 9 * * *", timezone: "UTC" } },
    { handlerId: "new", type: "onManual", input: { name: "new" } },
  );
  expect(planTriggers(next, live, base)).toEqual({
    created: [{ handlerId: "new", type: "onManual", what: "manual new" }],
    changed: [{ handlerId: "orders", type: "onWebhook", what: `POST ${base}/orders: method: POST -> PUT` }],
    removed: [{ handlerId: "gone", type: "onManual", what: "manual gone" }],
    unchanged: [{ handlerId: "daily", type: "onCron", what: "cron 0 9 * * * (UTC)" }],
  });
});

test("a schema whose keys come back in another order has not changed", () => {
  const live = [
    {
      id,
      handlerId: "m",
      type: "onManual",
      provider: builtin,
      name: "m",
      inputSchema: { type: "object", a: [1] },
    },
  ];
  const next = manifestOf({
    handlerId: "m",
    type: "onManual",
    input: { name: "m", inputSchema: { a: [1], type: "object" } },
  });
  expect(planTriggers(next, live, base).changed).toEqual([]);
});
