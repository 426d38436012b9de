import { readFile } from "node:fs/promises";
import { manifest } from "@floww/contract/manifest";
import { describe, expect, test } from "vitest";
import { answerOf } from "./expect-end.ts";
import { pipeTransport } from "./pipe-transport.ts";
import { webhookHead } from "./webhook-head.ts";

const FIXTURE = new URL("./fixtures/abi-1.mjs", import.meta.url);

async function openFixture() {
  const runtime = await pipeTransport.open({ code: await readFile(FIXTURE), map: Buffer.alloc(0) });
  return { runtime, declared: manifest.parse(await runtime.load()) };
}

describe("a bundle of ABI 1, as it was once deployed", () => {
  test("declares what it always declared, under the ids it always had", async () => {
    const { runtime, declared } = await openFixture();
    await using _ = runtime;
    expect(declared.abi).toBe(1);
    expect(declared.triggers.map(({ handlerId, input }) => [handlerId, input])).toEqual([
      ["builtin.onWebhook:POST /orders/:id", { method: "POST", path: "/orders/:id", response: "handler" }],
      [
        "builtin.onCron:0 9 * * * Europe/Berlin",
        { expression: "0 9 * * *", timezone: "Europe/Berlin", catchUp: "last", overlap: true },
      ],
      ["builtin.onManual:backfill", { name: "backfill" }],
    ]);
  });

  test("runs: its events, its context, its answers and its errors", async () => {
    const { runtime } = await openFixture();
    await using _ = runtime;
    const head = webhookHead({ path: "/orders/7", params: { id: "7" } });
    const order = runtime.start("builtin.onWebhook:POST /orders/:id", { head, body: Buffer.from("[1]") });
    expect(await order.end).toEqual({ state: "completed" });
    expect(JSON.parse(order.early[0]!.body.toString())).toEqual({
      id: "7",
      attempt: 1,
      execution: order.executionId,
      body: [1],
    });
    expect(order.logs.map(({ text }) => text.toString())).toEqual(["order 7", "false"]);

    const refused = runtime.start("builtin.onWebhook:POST /orders/:id", {
      head: { ...head, query: "refuse" },
    });
    expect(answerOf(await refused.end)).toMatchObject({ status: 409, text: '{"refused":"7"}' });

    const tick = runtime.start("builtin.onCron:0 9 * * * Europe/Berlin", {
      head: { type: "cron", expression: "0 9 * * *", scheduledAt: "2026-01-01T08:00:00.000Z" },
    });
    expect(JSON.parse(answerOf(await tick.end).text)).toEqual({
      at: "2026-01-01T08:00:00.000Z",
      expression: "0 9 * * *",
    });

    const manual = runtime.start("builtin.onManual:backfill", {
      head: { type: "manual", triggeredBy: "user_1" },
      body: Buffer.from('{"from":1}'),
    });
    expect(JSON.parse(answerOf(await manual.end).text)).toEqual({ by: "user_1", input: { from: 1 } });
  });
});
