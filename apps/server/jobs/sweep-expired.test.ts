import { limits } from "@floww/contract/limits";
import { afterEach, expect, test, vi } from "vitest";
import { listExecutions } from "../domain/executions/listing/list-executions.ts";
import { ExecutionOrigin, ExecutionState } from "../domain/executions/states.ts";
import { ensureTriggers } from "../domain/triggers/store.ts";
import { newUuid } from "../platform/uuid-v7.ts";
import { aWorkflow } from "../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../testing/test-database.ts";
import { sweepExpired } from "./sweep-expired.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** Resolves when the sweep of one minute is over. */
async function sweepOnce(database: TestDatabase): Promise<void> {
  const swept = Promise.withResolvers<void>();
  const track = async (_: string, work: () => Promise<void>) => work().then(swept.resolve, swept.reject);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const sweeper = sweepExpired({ database, jobStates: { track } as never, report: swept.reject });
  vi.advanceTimersByTime(60_000);
  await swept.promise;
  await sweeper.stop();
}

test("an event that no laptop took in time ends, says why, and is listed so", async () => {
  await using database = await createTestDatabase({ leavesStuck: "one event is left waiting for a laptop" });
  const { id: workflowId, namespaceId } = await aWorkflow(database);
  const declared = {
    handlerId: "h",
    provider: { type: "builtin", alias: "default" },
    type: "onWebhook",
    key: "h",
  };
  const [trigger] = await ensureTriggers(database, { namespaceId, workflowId }, [{ ...declared, input: {} }]);
  const insert = async (origin: number, state: number, minutes: number) => {
    const id = newUuid();
    await database.query(
      `insert into executions (id, namespace_id, workflow_id, trigger_id, deployment_id, origin, mode, state, created_at)
       values ($1, $2, $3, $4, $5, $6, 2, $7, now() - make_interval(mins => $8))`,
      [id, namespaceId, workflowId, trigger!.id, newUuid(), origin, state, minutes],
    );
    return id;
  };
  const { dev, webhook } = ExecutionOrigin;
  const limit = limits.devEventWaitHours * 60;
  const late = await insert(dev, ExecutionState.received, limit + 1);
  const kept = [
    await insert(dev, ExecutionState.received, limit - 1),
    await insert(dev, ExecutionState.started, limit + 1),
    await insert(webhook, ExecutionState.received, limit + 1),
  ];
  await sweepOnce(database);
  const list = (state?: number) =>
    listExecutions(database, { namespaceId, state }, { beforeId: undefined, limit: 10 });
  const ended = await list(ExecutionState.cancelled);
  expect(ended.map(({ id }) => id)).toEqual([late]);
  expect(JSON.parse(String(ended[0]!.error))).toMatchObject({
    code: "RUN_EXPIRED",
    message: "No dev session took this event within 24 hours.",
  });
  const others = (await list()).filter(({ id }) => id !== late);
  expect(others.map(({ id }) => id).sort()).toEqual(kept.sort());
  expect(others.every(({ state }) => state < ExecutionState.completed)).toBe(true);
});

test("ticks that no server can think due any more are taken away while the server runs, in batches", async () => {
  await using database = await createTestDatabase();
  const [every, other] = [newUuid(), newUuid()];
  // More than two batches of one schedule; two days is young.
  await database.query(
    `insert into cron_ticks (trigger_id, tick_at)
     select $1::uuid, now() - interval '4 days' - nth * interval '1 second' from generate_series(1, 2100) as nth
     union all select $1, now() - interval '2 days'
     union all select $2, now() - days * interval '1 day' from generate_series(2, 5) as days`,
    [every, other],
  );
  await sweepOnce(database);
  const { rows } = await database.query(
    "select trigger_id, tick_at > now() - interval '3 days' as is_young from cron_ticks order by trigger_id",
  );
  expect(rows).toEqual([every, other].map((id) => ({ trigger_id: id, is_young: true })));
});
