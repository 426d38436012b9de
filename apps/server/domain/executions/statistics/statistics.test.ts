import { formatId } from "@floww/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureDayPartitions } from "../../../platform/db/day-partitions.ts";
import { newUuid, uuidFloor, uuidInstantMs } from "../../../platform/uuid-v7.ts";
import { anOrganization, aWorkflow } from "../../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../../testing/test-database.ts";
import { ExecutionState, executionStateName } from "../states.ts";
import { forgetCounts, keepCounts, recount } from "./keep-counts.ts";
import { presentStatistics } from "./present.ts";
import { readStatistics } from "./read-statistics.ts";
import { statisticsRange } from "./statistics-range.ts";
import { floorTo, HOUR } from "./windows.ts";

const MINUTE_MS = 60 * 1000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const FINISHED = Object.values(ExecutionState).filter((state) => state >= ExecutionState.completed);
const UNFINISHED = Object.values(ExecutionState).filter((state) => state < ExecutionState.completed);
const never = new AbortController().signal;

let database: TestDatabase;
let namespaceIds: string[];
let workflows: { id: string; namespaceId: string }[];
beforeAll(async () => {
  database = await createTestDatabase({ leavesStuck: "states are the test's own" });
  for (let days = 0; days <= 12; days++)
    await ensureDayPartitions(database, ["executions"], Date.now() - days * DAY_MS);
  namespaceIds = [];
  workflows = [];
  for (let count = 0; count < 2; count++) {
    const { namespace } = await anOrganization(database);
    namespaceIds.push(namespace.id);
    for (let each = 0; each < 3; each++)
      workflows.push(await aWorkflow(database, { namespaceId: namespace.id }));
  }
});
afterAll(() => database[Symbol.asyncDispose]());

const below = (count: number) => Math.floor(Math.random() * count);
const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
const aRunTime = () => (Math.random() < 0.1 ? null : Math.floor(Math.exp(Math.random() * 12)) - 1);

async function receive(atMs: number): Promise<void> {
  const { id, namespaceId } = pick(workflows);
  const isFinished = Math.random() < 0.8;
  await database.query(
    `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state, run_ms)
     values ($1, $2, $3, $3, 1, 1, $4, $5)`,
    [
      newUuid(atMs),
      namespaceId,
      id,
      pick(isFinished ? FINISHED : UNFINISHED),
      isFinished ? aRunTime() : null,
    ],
  );
}

/** Some of what had not finished does, whenever it was received. */
async function finishSome(): Promise<void> {
  await database.query(
    "update executions set state = $1, run_ms = $2 where id in (select id from executions where state < 10 order by random() limit $3)",
    [pick(FINISHED), aRunTime(), below(6)],
  );
}

const count = (nowMs: number) => keepCounts(database, { signal: never, nowMs });

interface Kept {
  id: string;
  workflowId: string;
  state: number;
  runMs: number | null;
}

function summarize(rows: readonly Kept[]) {
  const counts: Record<string, number> = {};
  for (const { state } of rows)
    counts[executionStateName(state)] = (counts[executionStateName(state)] ?? 0) + 1;
  const times = rows.flatMap(({ state, runMs }) => (state >= 10 && runMs !== null ? [runMs] : []));
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.ceil(times.length * share) - 1];
  return { counts, p50Ms: at(0.5), p95Ms: at(0.95) };
}

type Shown = { counts: object; p50Ms?: number | undefined; p95Ms?: number | undefined };

function expectSame(shown: Shown, expected: ReturnType<typeof summarize>, what: string): void {
  expect(shown.counts, what).toEqual(expected.counts);
  for (const name of ["p50Ms", "p95Ms"] as const) {
    expect(shown[name] === undefined, what).toBe(expected[name] === undefined);
    const [value = 0, exact = 0] = [shown[name], expected[name]];
    expect(Math.abs(value - exact), `${what}: ${value} for ${exact}`).toBeLessThanOrEqual(exact / 10);
  }
}

/** The answer beside a plain count of the table. */
async function compare(nowMs: number, rangeMs: number): Promise<number> {
  const namespaceId = pick(namespaceIds);
  const ofNamespace = workflows.filter((one) => one.namespaceId === namespaceId);
  const workflowId = Math.random() < 0.5 ? undefined : pick(ofNamespace).id;
  const to = nowMs - (Math.random() < 0.5 ? 0 : below(5 * DAY_MS));
  const given = { from: new Date(to - rangeMs).toISOString(), to: new Date(to).toISOString() };
  const range = statisticsRange(given, nowMs);
  const shown = presentStatistics(
    range,
    await readStatistics(database, { ...range, namespaceId, workflowId }),
  );
  const { rows } = await database.query<Kept>(
    `select id, workflow_id as "workflowId", state, run_ms as "runMs" from executions
     where namespace_id = $1 and ($2::uuid is null or workflow_id = $2)`,
    [namespaceId, workflowId],
  );
  const inRange = rows.filter(
    ({ id }) => uuidInstantMs(id) >= range.fromMs && uuidInstantMs(id) < range.toMs,
  );
  const what = `${JSON.stringify(given)} by ${range.bucketSeconds} s`;
  expectSame(shown.total, summarize(inRange), what);
  for (const bucket of shown.buckets) {
    const atMs = Date.parse(bucket.at);
    const within = inRange.filter(({ id }) => {
      const received = uuidInstantMs(id);
      return received >= atMs && received < atMs + range.bucketSeconds * 1000;
    });
    expectSame(bucket, summarize(within), `${what} at ${bucket.at}`);
  }
  expect(shown.workflows).toHaveLength(new Set(inRange.map((row) => row.workflowId)).size);
  for (const one of shown.workflows) {
    const own = inRange.filter((row) => formatId("workflow", row.workflowId) === one.workflowId);
    expectSame(one, summarize(own), `${what} of ${one.workflowName}`);
  }
  return inRange.length;
}

const RANGES = [30 * MINUTE_MS, 6 * HOUR_MS, DAY_MS, 3 * DAY_MS, 7 * DAY_MS, 10 * DAY_MS];

async function compareAll(nowMs: number): Promise<number> {
  let seen = 0;
  for (const rangeMs of RANGES) seen += await compare(nowMs, rangeMs);
  return seen;
}

describe("statistics", () => {
  test("are those of a plain count, whatever ends late, is deleted or is pruned, however often they were counted", async () => {
    let seen = 0;
    const end = Date.now();
    for (let now = end - 9 * DAY_MS; now < end; now += below(9 * HOUR_MS) + MINUTE_MS) {
      for (let received = below(12); received > 0; received--) await receive(now - below(2 * MINUTE_MS));
      await finishSome();
      if (Math.random() < 0.7) await count(now);
      await finishSome();
      if (Math.random() < 0.4) seen += await compareAll(now);
    }
    await database.query("update workflows set deleted_at = now() where id = $1", [workflows[0]!.id]);
    await count(Date.now());
    seen += await compareAll(Date.now());
    expect(seen).toBeGreaterThan(100);
  });

  test("lose what retention takes away", async () => {
    const cutoffMs = Date.now() - 4 * DAY_MS + 7 * MINUTE_MS;
    const [namespaceId] = namespaceIds;
    const days = () =>
      database.query("select from execution_counts where seconds = 86400 and namespace_id = $1", [
        namespaceId,
      ]);
    const before = await days();
    await database.query("delete from executions where namespace_id = $1 and id < $2 and state >= 10", [
      namespaceId,
      uuidFloor(cutoffMs),
    ]);
    await forgetCounts(database, namespaceId!, cutoffMs);
    const fromMs = floorTo(HOUR, cutoffMs);
    await recount(database, { fromMs, toMs: fromMs + HOUR_MS, nowMs: Date.now() });
    expect((await days()).rowCount).toBeLessThan(before.rowCount!);
    for (let round = 0; round < 5; round++) await compareAll(Date.now());
  });

  test("count what an outage held up, once it has come", async () => {
    const now = Date.now();
    await count(now);
    // Its id was made before the window was counted, its row came after.
    await receive(now - 15 * MINUTE_MS);
    await count(now);
    await count(now + 30 * MINUTE_MS);
    for (let round = 0; round < 5; round++) await compareAll(now + 30 * MINUTE_MS);
  });
});
