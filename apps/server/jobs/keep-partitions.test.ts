import { afterEach, expect, test, vi } from "vitest";
import type { JobStates } from "../domain/job-states/job-states.ts";
import { createTestDatabase } from "../testing/test-database.ts";
import { keepPartitions } from "./keep-partitions.ts";

const HOUR_MS = 60 * 60 * 1000;

afterEach(() => {
  vi.useRealTimers();
});

test("a server that runs on makes the days to come, and reports an hour that failed", async () => {
  await using database = await createTestDatabase();
  await database.query("create table kept (id uuid primary key) partition by range (id)");
  const rounds: Promise<unknown>[] = [];
  const jobStates = {
    track: (_name: string, work: () => Promise<unknown>) => {
      const round = work();
      rounds.push(round);
      return round;
    },
  } as unknown as JobStates;
  const reported: unknown[] = [];
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"], now: Date.UTC(2040, 1, 28, 23) });
  const partitions = keepPartitions({ database, jobStates, report: (error) => reported.push(error) }, [
    "kept",
  ]);
  vi.advanceTimersByTime(HOUR_MS);
  await Promise.all(rounds);
  const { rows } = await database.query<{ name: string }>(
    "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'kept'::regclass order by 1",
  );
  const days = rows.map(({ name }) => name);
  expect(days).toHaveLength(8);
  expect([days[0], days.at(-1)]).toEqual(["kept_20400228", "kept_20400306"]);
  await database.query("drop table kept");
  vi.advanceTimersByTime(HOUR_MS);
  await Promise.allSettled(rounds);
  expect(reported).toHaveLength(1);
  partitions.stop();
  vi.advanceTimersByTime(10 * HOUR_MS);
  expect(rounds).toHaveLength(2);
});
