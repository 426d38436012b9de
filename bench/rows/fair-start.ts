import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { connectDatabase } from "../database.ts";
import type { FlowwServer } from "../programs.ts";
import { quantile, type Row } from "../row.ts";

const QUEUED = 100_000;
const STARTS = 200;
const EVERY_MS = 40;
const FORGET_AT_ONCE = 5_000;

/** How long after its receipt an acknowledged event of one tenant is started, while another has 100,000 of them waiting. */
export async function fairStart(server: FlowwServer, url: string): Promise<Row[]> {
  await using database = await connectDatabase(server.home);
  const ack = `${url.slice(0, url.lastIndexOf("/"))}/later`;
  const trigger = await database.query(
    "select id, workflow_id, namespace_id from triggers where key = 'POST /later'",
  );
  const mine = trigger.rows[0] as Record<"id" | "workflow_id" | "namespace_id", string>;
  await measure(database, ack, mine.id);
  const idle = await measure(database, ack, mine.id);
  const tenant = await addTenant(database, mine);
  await enqueue(database, tenant);
  await delay(1_000);
  const before = await countQueued(database, tenant.namespaceId);
  const busy = await measure(database, ack, mine.id);
  const after = await countQueued(database, tenant.namespaceId);
  await forgetQueued(database, tenant.namespaceId);
  const [idleMs, busyMs] = [quantile(idle, 0.99), quantile(busy, 0.99)];
  const ratio = busyMs / idleMs;
  return [
    {
      what: "start of one tenant's event while another has 100,000 queued, p99",
      reach: "<= 2 x idle",
      figure: `${ratio.toFixed(2)} x (${busyMs.toFixed(1)} ms; idle ${idleMs.toFixed(1)} ms; medians ${quantile(busy, 0.5).toFixed(1)} and ${quantile(idle, 0.5).toFixed(1)} ms; queue ${before} to ${after})`,
      isReached: ratio <= 2,
    },
  ];
}

/** Events one after the other, at a rate that leaves the machine idle; by the database's own clock. */
async function measure(database: pg.Client, url: string, triggerId: string): Promise<number[]> {
  const headers = { "content-type": "application/json" };
  const { rows: clock } = await database.query("select clock_timestamp() as now");
  for (let sent = 0; sent < STARTS; sent++) {
    const response = await fetch(url, { method: "POST", headers, body: '{"name":"Ada"}' });
    await response.arrayBuffer();
    if (response.status !== 202) throw new RangeError(`The webhook answered ${response.status}.`);
    await delay(EVERY_MS);
  }
  await delay(2_000);
  const started = await database.query(
    `select extract(epoch from started_at - created_at)::float8 * 1000 as ms from executions
     where trigger_id = $1 and created_at >= $2`,
    [triggerId, clock[0].now],
  );
  return started.rows.map(({ ms }: { ms: number | null }) => ms ?? Number.POSITIVE_INFINITY);
}

interface Tenant {
  namespaceId: string;
  workflowId: string;
  triggerId: string;
}

/** Another namespace with the same workflow. */
async function addTenant(
  database: pg.Client,
  mine: Record<"id" | "workflow_id" | "namespace_id", string>,
): Promise<Tenant> {
  const tenant = {
    namespaceId: crypto.randomUUID(),
    workflowId: crypto.randomUUID(),
    triggerId: crypto.randomUUID(),
  };
  await copyRow(database, "namespaces", mine.namespace_id, { id: tenant.namespaceId, name: "flooded" });
  await copyRow(database, "workflows", mine.workflow_id, {
    id: tenant.workflowId,
    namespace_id: tenant.namespaceId,
    key: "flooded",
  });
  await copyRow(database, "triggers", mine.id, {
    id: tenant.triggerId,
    workflow_id: tenant.workflowId,
    namespace_id: tenant.namespaceId,
  });
  return tenant;
}

async function copyRow(
  database: pg.Client,
  table: string,
  id: string,
  changed: Record<string, string>,
): Promise<void> {
  await database.query(
    `insert into ${table} select (jsonb_populate_record(original, $2::jsonb)).* from ${table} as original where id = $1`,
    [id, JSON.stringify(changed)],
  );
}

async function enqueue(database: pg.Client, { namespaceId, workflowId, triggerId }: Tenant): Promise<void> {
  const head = {
    type: "webhook",
    method: "POST",
    path: "/later",
    query: "",
    params: {},
    headers: [],
    receivedAt: "",
  };
  await database.query(
    `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state, event, input)
     select uuidv7(), $1, $2, $3, 1, 2, 0, $4, $5 from generate_series(1, ${QUEUED})`,
    [namespaceId, workflowId, triggerId, Buffer.from(JSON.stringify(head)), Buffer.from('{"name":"Ada"}')],
  );
}

/** The server goes on claiming them meanwhile: what it has a hand on is its to end. */
async function forgetQueued(database: pg.Client, namespaceId: string): Promise<void> {
  let forgotten: number | null;
  do {
    ({ rowCount: forgotten } = await database.query(
      `delete from executions e using (
         select id from executions where namespace_id = $1 and state = 0 order by id limit ${FORGET_AT_ONCE} for update skip locked
       ) as queued where e.id = queued.id`,
      [namespaceId],
    ));
  } while (forgotten !== 0);
}

async function countQueued(database: pg.Client, namespaceId: string): Promise<number> {
  const counted = await database.query(
    "select count(*)::integer as count from executions where namespace_id = $1 and state = 0",
    [namespaceId],
  );
  return (counted.rows[0] as { count: number }).count;
}
