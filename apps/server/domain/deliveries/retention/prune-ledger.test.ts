import { mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DiskArtifacts } from "../../../platform/blobs/disk-artifacts.ts";
import { ensureDayPartitions } from "../../../platform/db/day-partitions.ts";
import { newUuid } from "../../../platform/uuid-v7.ts";
import { aWorkflow } from "../../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../../testing/test-database.ts";
import { ExecutionState } from "../../executions/states.ts";
import type { Workflow } from "../../workflows/store.ts";
import { ReplayState } from "../replays/store.ts";
import { dropDays } from "./drop-days.ts";
import { pruneLedger } from "./prune-ledger.ts";
import { findRetention, setRetention } from "./store.ts";

const tables = [
  "executions",
  "execution_logs",
  "execution_attempts",
  "journal_entries",
  "sent_events",
  "deliveries",
];
const DAY_MS = 24 * 60 * 60 * 1000;
const GB = 1024 ** 3;
const MB = 1024 ** 2;
const now = Date.now();

let database: TestDatabase;
let folder: string;
let artifacts: DiskArtifacts;
let one: Workflow;
let other: Workflow;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "floww-prune-"));
  artifacts = new DiskArtifacts(folder);
  for (const days of [5, 12, 20]) await ensureDayPartitions(database, tables, now - days * DAY_MS);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  one = await aWorkflow(database);
  other = await aWorkflow(database);
});

const never = new AbortController().signal;
const prune = () => pruneLedger({ database, artifacts, tables }, never);

interface Row {
  daysAgo: number;
  state?: number;
  bytes?: number;
  bodyArtifact?: string;
  outputArtifact?: string;
}

/** A delivery with its execution and a line of its log. */
async function aRun(workflow: Workflow, row: Row) {
  const { daysAgo, state = ExecutionState.completed, bytes = 10 } = row;
  const [deliveryId, id] = [newUuid(now - daysAgo * DAY_MS), newUuid(now - daysAgo * DAY_MS)];
  await database.query(
    `insert into deliveries (id, namespace_id, workflow_id, verdict, head, body, body_artifact, remote_address)
     values ($1, $2, $3, 1, '{}', $4, $5, '')`,
    [deliveryId, workflow.namespaceId, workflow.id, Buffer.alloc(bytes), row.bodyArtifact],
  );
  await database.query(
    `insert into executions (id, namespace_id, workflow_id, trigger_id, delivery_id, origin, mode, state, output_artifact)
     values ($1, $2, $3, $1, $4, 1, 2, $5, $6)`,
    [id, workflow.namespaceId, workflow.id, deliveryId, state, row.outputArtifact],
  );
  await database.query(
    "insert into execution_logs (execution_id, attempt, sequence, level, logged_at, text) values ($1, 1, 0, 20, now(), 'x')",
    [id],
  );
  return { deliveryId, id };
}

/** What is left of it: delivery, execution, log line. */
async function leftOf({ deliveryId, id }: { deliveryId: string; id: string }): Promise<number[]> {
  const counted = await database.query<{ count: number }>(
    `select (select count(*) from deliveries where id = $1)::int as count
     union all select (select count(*) from executions where id = $2)::int
     union all select (select count(*) from execution_logs where execution_id = $2)::int`,
    [deliveryId, id],
  );
  return counted.rows.map(({ count }) => count);
}

const whole = [1, 1, 1];
const nothing = [0, 0, 0];

describe("the ledger is bounded per namespace", () => {
  test("what is past a namespace's days goes, with its logs; what is not, and another namespace's, stays", async () => {
    await setRetention(database, one.namespaceId, { days: 7, bytesMax: GB });
    const [old, young, theirs] = [
      await aRun(one, { daysAgo: 12 }),
      await aRun(one, { daysAgo: 5 }),
      await aRun(other, { daysAgo: 12 }),
    ];
    await prune();
    expect([await leftOf(old), await leftOf(young), await leftOf(theirs)]).toEqual([nothing, whole, whole]);
  });

  test("what has not ended stays with its event, and its replay keeps the event of one that has", async () => {
    await setRetention(database, one.namespaceId, { days: 7, bytesMax: GB });
    const waiting = await aRun(one, { daysAgo: 12, state: ExecutionState.received });
    const replayed = await aRun(one, { daysAgo: 12 });
    await database.query(
      `insert into executions (id, namespace_id, workflow_id, trigger_id, delivery_id, origin, mode, state)
       values ($1, $2, $3, $1, $4, 4, 2, ${ExecutionState.received})`,
      [newUuid(), one.namespaceId, one.id, replayed.deliveryId],
    );
    await prune();
    expect([await leftOf(waiting), await leftOf(replayed)]).toEqual([whole, [1, 0, 0]]);
    await database.query("update executions set state = 10 where namespace_id = $1", [one.namespaceId]);
    await prune();
    expect([await leftOf(waiting), await leftOf(replayed)]).toEqual([nothing, nothing]);
  });

  test("past its bytes the oldest go until the rest fits, and what is used is said", async () => {
    await setRetention(database, one.namespaceId, { days: 30, bytesMax: 3 * MB });
    // The meter only goes forward, and other tests have moved it.
    await database.query("delete from ledger_meter");
    await database.query("delete from ledger_usage");
    const big = { bytes: MB };
    const [oldest, middle, newest] = [
      await aRun(one, { daysAgo: 20, ...big, bytes: 2 * MB }),
      await aRun(one, { daysAgo: 12, ...big }),
      await aRun(one, { daysAgo: 5, ...big }),
    ];
    await prune();
    expect([await leftOf(oldest), await leftOf(middle), await leftOf(newest)]).toEqual([
      nothing,
      whole,
      whole,
    ]);
    const { usedBytes } = await findRetention(database, one.namespaceId);
    expect(Math.round(usedBytes / MB)).toBe(2);
    await prune();
    expect((await findRetention(database, one.namespaceId)).usedBytes).toBe(usedBytes);
  });

  async function aSentEvent({ namespaceId }: Workflow, daysAgo: number, bytes = 10): Promise<string> {
    const id = newUuid(now - daysAgo * DAY_MS);
    await database.query(
      "insert into sent_events (id, namespace_id, name, data) values ($1, $2, 'told', $3)",
      [id, namespaceId, Buffer.alloc(bytes)],
    );
    return id;
  }

  async function aReplay({ namespaceId }: Workflow, daysAgo: number, state: number): Promise<string> {
    const id = newUuid(now - daysAgo * DAY_MS);
    await database.query(
      `insert into replays (id, namespace_id, selection, is_original, rate, state, total, created_by)
       values ($1, $2, '{}', true, 1, $3, 1, 'test')`,
      [id, namespaceId, state],
    );
    return id;
  }

  test("events that were sent and replays that are over go as the rest does, and the events count", async () => {
    await setRetention(database, one.namespaceId, { days: 7, bytesMax: GB });
    await database.query("delete from ledger_meter");
    await database.query("delete from ledger_usage");
    const { running, done, cancelled } = ReplayState;
    const goes = [await aSentEvent(one, 12), await aReplay(one, 12, done), await aReplay(one, 12, cancelled)];
    const stays = [
      await aSentEvent(one, 5, MB),
      await aSentEvent(other, 12),
      await aReplay(one, 12, running),
      await aReplay(one, 5, done),
      await aReplay(other, 12, done),
    ];
    await prune();
    const left = await database.query<{ id: string }>(
      "select id from sent_events union all select id from replays",
    );
    const ids = left.rows.map(({ id }) => id);
    expect([...goes, ...stays].filter((id) => ids.includes(id))).toEqual(stays);
    const { usedBytes } = await findRetention(database, one.namespaceId);
    expect(Math.round(usedBytes / MB)).toBe(1);
  });

  test("an artifact counts, and goes with its last row", async () => {
    const put = async (text: string) => {
      const hash = await artifacts.put(one.namespaceId, Buffer.from(text));
      const file = join(folder, one.namespaceId, hash.slice(0, 2), hash);
      await utimes(file, new Date(now - DAY_MS), new Date(now - DAY_MS));
      return hash;
    };
    const [alone, shared, young] = [
      await put("alone"),
      await put("shared"),
      await artifacts.put(one.namespaceId, Buffer.from("young")),
    ];
    await setRetention(database, one.namespaceId, { days: 7, bytesMax: GB });
    await aRun(one, { daysAgo: 12, bodyArtifact: alone, outputArtifact: shared });
    await aRun(one, { daysAgo: 12, bodyArtifact: young });
    await aRun(one, { daysAgo: 5, bodyArtifact: shared });
    await prune();
    const has = (hash: string) => artifacts.has(one.namespaceId, hash);
    expect([await has(alone), await has(shared), await has(young)]).toEqual([false, true, true]);
    // The young one is looked at again: its row may have been on its way.
    const left = await database.query("select hash from artifact_candidates");
    expect(left.rows).toEqual([{ hash: young }]);
  });

  test("an artifact that is put again while it is collected is not lost", async () => {
    const bytes = Buffer.from("again");
    const hash = await artifacts.put(one.namespaceId, bytes);
    const read = () => artifacts.get(one.namespaceId, hash);
    await artifacts.collect(one.namespaceId, hash, {
      olderThanMs: -1,
      isWanted: async () => {
        // Out of sight, and read all the same; and whoever puts it now has it.
        expect(await read()).toEqual(bytes);
        await artifacts.put(one.namespaceId, bytes);
        return false;
      },
    });
    expect(await read()).toEqual(bytes);
  });
});

describe("whole days", () => {
  const dayOf = (daysAgo: number) =>
    new Date(now - daysAgo * DAY_MS).toISOString().slice(0, 10).replaceAll("-", "");
  const isThere = async (name: string) => {
    const found = await database.query<{ there: boolean }>("select to_regclass($1) is not null as there", [
      name,
    ]);
    return found.rows[0]!.there;
  };

  test("go at once when no namespace wants them, but not before", async () => {
    await ensureDayPartitions(database, tables, now - 40 * DAY_MS);
    const old = await aRun(one, { daysAgo: 40 });
    await database.query("delete from retention");
    await setRetention(database, other.namespaceId, { days: 60, bytesMax: GB });
    await prune();
    // The rows of those who do not want them are gone all the same.
    expect([await isThere(`executions_${dayOf(40)}`), await leftOf(old)]).toEqual([true, nothing]);
    await database.query("delete from retention");
    await prune();
    for (const table of tables) expect(await isThere(`${table}_${dayOf(40)}`)).toBe(false);
    expect(await isThere(`executions_${dayOf(12)}`)).toBe(true);
  });

  test("wait for what has not ended", async () => {
    await ensureDayPartitions(database, tables, now - 50 * DAY_MS);
    const held = await aRun(one, { daysAgo: 50, state: ExecutionState.received });
    await prune();
    expect(await leftOf(held)).toEqual(whole);
    await database.query("update executions set state = 10 where id = $1", [held.id]);
    await prune();
    expect(await isThere(`executions_${dayOf(50)}`)).toBe(false);
  });

  test("that somebody reads make nobody wait, and go when the reader is done", async () => {
    await ensureDayPartitions(database, tables, now - 70 * DAY_MS);
    const reader = await database.connect();
    await reader.query("begin");
    await reader.query("select count(*) from executions");
    const dropping = dropDays(database, { tables, cutoffMs: now - 60 * DAY_MS });
    let worstMs = 0;
    let isOver = false;
    void dropping.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      const startedAt = performance.now();
      await aRun(one, { daysAgo: 0 });
      worstMs = Math.max(worstMs, performance.now() - startedAt);
    }
    expect((await dropping).filter((name) => name.startsWith("executions_"))).toEqual([]);
    // Three statements on a shared machine; a lock that is queued for would hold them as long as the reader reads.
    expect(worstMs).toBeLessThan(1_000);
    await reader.query("commit");
    await reader.end();
    const later = await dropDays(database, { tables, cutoffMs: now - 60 * DAY_MS });
    expect(later).toContain(`executions_${dayOf(70)}`);
    expect(await isThere(`executions_${dayOf(70)}`)).toBe(false);
  });
});
