import { expect, test, vi } from "vitest";
import { newUuid } from "../platform/uuid-v7.ts";
import { createTestDatabase } from "../testing/test-database.ts";
import { sweepExpired } from "./sweep-expired.ts";

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
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const swept = Promise.withResolvers<void>();
  const track = <T>(_job: string, work: () => Promise<T>) => work().finally(() => swept.resolve());
  const reported: unknown[] = [];
  const sweeper = sweepExpired({ database, jobStates: { track }, report: (error) => reported.push(error) });
  vi.advanceTimersByTime(60_000);
  vi.useRealTimers();
  await swept.promise;
  await sweeper.stop();
  expect(reported).toEqual([]);
  const { rows } = await database.query(
    "select trigger_id, tick_at > now() - interval '3 days' as is_young from cron_ticks order by trigger_id",
  );
  expect(rows).toEqual([every, other].map((id) => ({ trigger_id: id, is_young: true })));
});
