import type { TriggerOptions } from "@floww/contract/trigger-options";
import { expect, test } from "vitest";
import { findOptionsFault, type OptionsCase } from "./check-options.ts";

const webhook: OptionsCase = { kind: "webhook", waits: true, path: "/orders/:id" };
const acknowledged: OptionsCase = { ...webhook, waits: false };
const vendor: OptionsCase = { kind: "vendor", waits: false };
const cron: OptionsCase = { kind: "cron", waits: false };
const manual: OptionsCase = { kind: "manual", waits: false };
const debounce = { periodMs: 1_000 };
const batch = { size: 10, maxWaitMs: 1_000 };
const idempotency = { key: "body.id", windowMs: 1_000 };
const rate = { limit: 1, periodMs: 1_000 };

test.each<[string, OptionsCase, TriggerOptions]>([
  ["debounce where a caller waits", webhook, { debounce }],
  ["debounce of a schedule", cron, { debounce }],
  ["debounce beside throttle", acknowledged, { debounce, throttle: rate }],
  ["a debounce that waits less than its period", acknowledged, { debounce: { ...debounce, maxWaitMs: 10 } }],
  ["batch where a caller waits", webhook, { batch }],
  ["batch of a schedule", cron, { batch }],
  ["batch beside throttle", acknowledged, { batch, throttle: rate }],
  ["batch beside debounce", vendor, { batch, debounce }],
  ["ttl of what starts together", manual, { batch, ttlMs: 5 }],
  [
    "a limit by what differs within a batch",
    vendor,
    { batch, concurrency: { limit: 1, strategy: "queue", key: "body.id" } },
  ],
  ["a batch by a path into a query of a vendor's event", vendor, { batch: { ...batch, key: "query.x" } }],
  ["a path into a tick", cron, { concurrency: { limit: 1, strategy: "queue", key: "body.id" } }],
  ["a priority read from a tick", cron, { priority: "body.p" }],
  ["a header of a manual run", manual, { rateLimit: { ...rate, key: "headers.x" } }],
  ["a query of a vendor's event", vendor, { throttle: { ...rate, key: "query.x" } }],
  ["a parameter that the path does not have", webhook, { rateLimit: { ...rate, key: "params.order" } }],
  ["idempotency of a manual run", manual, { idempotency }],
  ["a window longer than keys are kept", webhook, { idempotency: { ...idempotency, windowMs: 1e9 } }],
])("refuses %s", (_what, of, options) => {
  expect(findOptionsFault(options, of)).toEqual(expect.any(String));
});

test.each<[string, OptionsCase, TriggerOptions]>([
  ["nothing at all", cron, {}],
  ["a parameter that the path has", webhook, { rateLimit: { ...rate, key: "params.id" }, throttle: rate }],
  ["debounce beside concurrency", vendor, { debounce, concurrency: { limit: 1, strategy: "drop" } }],
  ["batch of acknowledged events", acknowledged, { batch: { ...batch, key: "params.id" }, rateLimit: rate }],
  ["batch of a manual run", manual, { batch, priority: "body.p" }],
  [
    "a limit of batches, and one by what a batch has in common",
    vendor,
    {
      batch: { ...batch, key: "body.id" },
      concurrency: { limit: 1, strategy: "drop", key: "body.id" },
      idempotency,
    },
  ],
  ["idempotency of a delivered event", vendor, { idempotency }],
  ["limits of a schedule", cron, { concurrency: { limit: 1, strategy: "drop" }, ttlMs: 5, priority: 3 }],
  ["an input's field", manual, { priority: "body.p", debounce }],
])("lets through %s", (_what, of, options) => {
  expect(findOptionsFault(options, of)).toBeUndefined();
});
