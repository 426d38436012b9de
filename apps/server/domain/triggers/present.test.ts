import { expect, test, vi } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { presentTrigger } from "./present.ts";
import type { Trigger } from "./store.ts";

function aSchedule(expression: string, timezone = "UTC"): Trigger {
  const id = newUuid();
  return {
    ...{ id, namespaceId: id, workflowId: id, deploymentId: id, handlerId: "h" },
    ...{ providerType: "builtin", providerAlias: "default", type: "onCron", key: expression },
    input: { expression, timezone },
    tickedUntil: new Date(),
  };
}

test("a schedule shows when it runs next, five times, by its own wall clock", () => {
  vi.useFakeTimers({ now: Date.parse("2026-10-23T12:00:00Z"), toFake: ["Date"] });
  const shown = presentTrigger(aSchedule("30 2 * * *", "Europe/Berlin"), "");
  vi.useRealTimers();
  expect(shown).toMatchObject({ nextRunAt: "2026-10-24T00:30:00.000Z" });
  // The clock goes back in the night to the 25th.
  expect(shown.nextRunsAt).toEqual([
    "2026-10-24T00:30:00.000Z",
    "2026-10-25T00:30:00.000Z",
    "2026-10-26T01:30:00.000Z",
    "2026-10-27T01:30:00.000Z",
    "2026-10-28T01:30:00.000Z",
  ]);
});

test.each(["0 0 29 2 *", "59 59 23 29 2 *", "0 0 * 2 1#5", "0 0 29W 2 *"])(
  "a schedule that seldom runs (%s) keeps nobody waiting",
  (expression) => {
    const startedAt = performance.now();
    const { nextRunAt, nextRunsAt = [] } = presentTrigger(aSchedule(expression), "");
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(nextRunsAt.length).toBeGreaterThan(0);
    expect(nextRunsAt[0]).toBe(nextRunAt);
    expect([...nextRunsAt].sort()).toEqual(nextRunsAt);
  },
);

test("what is no schedule has no next run", () => {
  const webhook = { ...aSchedule(""), type: "onWebhook", input: { method: "POST", path: "/" } };
  expect(presentTrigger(webhook, "https://h")).not.toHaveProperty("nextRunsAt");
});
