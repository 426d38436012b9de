import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "@floww/contract/api";
import { formatId } from "@floww/contract/ids";
import type pg from "pg";
import { connectDatabase } from "../database.ts";
import { type Seeded, seedExecutions } from "../executions/seed.ts";
import type { FlowwServer } from "../programs.ts";
import { median, quantile, type Row } from "../row.ts";

export const EXECUTIONS = 10_000_000;
const REACH_MS = 200;
const REQUESTS = 40;
const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** Counting ahead what statistics need, after millions of rows came at once. */
const COUNT_MS_MAX = 30 * 60_000;

type Client = ReturnType<typeof createClient>;
type ListQuery = NonNullable<Parameters<Client["listExecutions"]>[0]["query"]>;
type StatisticsQuery = NonNullable<Parameters<Client["getStatistics"]>[0]["query"]>;

/** The API's answer to what a list and an overview ask, over so many executions. */
export async function executions(server: FlowwServer, count: number): Promise<Row[]> {
  await using database = await connectDatabase(server.home);
  const seeded = await seedExecutions(database, count);
  const { seconds, bytes } = seeded;
  console.log(
    `seeded ${seeded.count} executions in ${seconds.toFixed(0)} s, ${(bytes / 1024 ** 3).toFixed(1)} GB`,
  );
  await untilCounted(database);
  const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
  const client = createClient({ serverUrl: server.url, token });
  const params = { namespaceId: formatId("namespace", seeded.namespaceId) };
  const rows: Row[] = [];
  for (const [what, query] of Object.entries(listsOf(seeded)))
    rows.push(await measure(`list, ${what}`, () => client.listExecutions({ params, query })));
  for (const [what, query] of Object.entries(statisticsOf(seeded)))
    rows.push(await measure(`statistics, ${what}`, () => client.getStatistics({ params, query })));
  rows.push(await measure("what needs attention", () => client.listAttention({ params })));
  return rows;
}

function listsOf({ busy, quiet, wide, beginMs }: Seeded): Record<string, ListQuery> {
  const at = (days: number) => new Date(beginMs + days * DAY_MS).toISOString();
  const workflowId = formatId("workflow", busy.workflowId);
  const [web, cron] = [busy.webhookTriggerId, busy.cronTriggerId].map((id) => formatId("trigger", id));
  const versions = busy.versions.map((id) => formatId("deployment", id));
  return {
    everything: {},
    completed: { status: "completed" },
    failed: { status: "failed" },
    "1 in 1,000 interrupted": { status: "interrupted" },
    "none received": { status: "received" },
    "none started": { status: "started" },
    "waiting, 20,000 of them": { status: "waiting" },
    "a busy workflow": { workflowId },
    "a busy workflow, failed": { workflowId, status: "failed" },
    "its cron trigger": { triggerId: cron },
    "its cron trigger, interrupted": { triggerId: cron, status: "interrupted" },
    "its first version": { deploymentId: versions[0] },
    "its fifth version, timed out": { deploymentId: versions[4], status: "timed_out" },
    "its third version by cron, completed": {
      deploymentId: versions[2],
      triggerId: cron,
      status: "completed",
    },
    "a workflow with ten runs": { workflowId: formatId("workflow", quiet) },
    "its only failure": { workflowId: formatId("workflow", quiet), status: "failed" },
    "what it has none of": { workflowId: formatId("workflow", quiet), status: "interrupted" },
    "a workflow of a hundred triggers": { workflowId: formatId("workflow", wide) },
    "a workflow of a hundred triggers, cancelled": {
      workflowId: formatId("workflow", wide),
      status: "cancelled",
    },
    "a day long ago": { from: at(3), to: at(4) },
    "a day long ago, failed": { from: at(3), to: at(4), status: "failed" },
    "a version before its time": { deploymentId: versions[8], from: at(1), to: at(3) },
    "a workflow with another's trigger": { workflowId: formatId("workflow", quiet), triggerId: web },
  };
}

function statisticsOf({ busy }: Seeded): Record<string, StatisticsQuery> {
  const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
  const workflowId = formatId("workflow", busy.workflowId);
  return {
    "the last hour": { from: ago(HOUR_MS) },
    "the last day": {},
    "the last week": { from: ago(7 * DAY_MS) },
    "30 days": { from: ago(30 * DAY_MS) },
    "30 days of a workflow": { from: ago(30 * DAY_MS), workflowId },
    "a day long ago": { from: ago(20 * DAY_MS), to: ago(19 * DAY_MS) },
  };
}

async function measure(what: string, ask: () => Promise<unknown>): Promise<Row> {
  const times: number[] = [];
  // One that is not counted: a connection is made, and reads the catalogue.
  for (let request = -1; request < REQUESTS; request++) {
    const startedAt = performance.now();
    await ask();
    if (request >= 0) times.push(performance.now() - startedAt);
  }
  const p95 = quantile(times, 0.95);
  return {
    what,
    reach: `p95 <= ${REACH_MS} ms`,
    figure: `p95 ${p95.toFixed(1)} ms (p50 ${median(times).toFixed(1)} ms)`,
    isReached: p95 <= REACH_MS,
  };
}

async function untilCounted(database: pg.Client): Promise<void> {
  const untilMs = performance.now() + COUNT_MS_MAX;
  for (;;) {
    const counted = await database.query(
      "select counted_until > now() - interval '15 minutes' as is_done from execution_counting",
    );
    if ((counted.rows[0] as { is_done: boolean } | undefined)?.is_done === true) return;
    if (performance.now() > untilMs) throw new RangeError("The executions were not counted in time.");
    await delay(1_000);
  }
}
