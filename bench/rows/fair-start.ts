import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "@floww/contract/api";
import { formatId, parseId } from "@floww/contract/ids";
import type pg from "pg";
import { connectDatabase } from "../database.ts";
import type { FlowwServer } from "../programs.ts";
import { quantile, type Row } from "../row.ts";

const QUEUED = 100_000;
const WORKFLOW = join(import.meta.dirname, "../workflow");
const ROUNDS = 3;
const STARTS = 300;
const EVERY_MS = 40;
const FORGET_AT_ONCE = 5_000;

/** How long after its receipt an acknowledged event of one tenant is started, while another has 100,000 of them waiting. */
export async function fairStart(server: FlowwServer, url: string): Promise<Row[]> {
  await using database = await connectDatabase(server.home);
  const ack = `${url.slice(0, url.lastIndexOf("/"))}/later`;
  const namespaces = await database.query<{ id: string; organizationId: string }>(
    `select id, organization_id as "organizationId" from namespaces`,
  );
  const [mine] = namespaces.rows;
  const { triggerId } = await findTrigger(database, mine!.id);
  await measure(database, ack, triggerId);
  const tenant = await addTenant(server, database, mine!.organizationId);
  const idle: number[] = [];
  const busy: number[] = [];
  const queue: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    idle.push(...(await measure(database, ack, triggerId)));
    await enqueue(database, tenant);
    await delay(1_000);
    queue.push(await countQueued(database, tenant.namespaceId));
    busy.push(...(await measure(database, ack, triggerId)));
    queue.push(await countQueued(database, tenant.namespaceId));
    await forgetQueued(database, tenant.namespaceId);
  }
  const [idleMs, busyMs] = [quantile(idle, 0.99), quantile(busy, 0.99)];
  const ratio = busyMs / idleMs;
  return [
    {
      what: "start of one tenant's event while another has 100,000 queued, p99",
      reach: "<= 2 x idle",
      figure: `${ratio.toFixed(2)} x (${busyMs.toFixed(1)} ms; idle ${idleMs.toFixed(1)} ms; medians ${quantile(busy, 0.5).toFixed(1)} and ${quantile(idle, 0.5).toFixed(1)} ms; queue ${Math.max(...queue)} to ${Math.min(...queue)})`,
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

/** Another namespace with the same workflow, deployed there: it shares nothing with the first but the server. */
async function addTenant(server: FlowwServer, database: pg.Client, organizationId: string): Promise<Tenant> {
  const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
  const client = createClient({ serverUrl: server.url, token });
  const params = { organizationId: formatId("organization", organizationId) };
  const { id } = await client.createNamespace({ params, body: { name: "flooded" } });
  await server.cli(["deploy", WORKFLOW, "--yes"], { FLOWW_NAMESPACE: id });
  const namespaceId = parseId("namespace", id)!;
  return { namespaceId, ...(await findTrigger(database, namespaceId)) };
}

async function findTrigger(
  database: pg.Client,
  namespaceId: string,
): Promise<{ triggerId: string; workflowId: string }> {
  const found = await database.query<{ triggerId: string; workflowId: string }>(
    `select id as "triggerId", workflow_id as "workflowId" from triggers where key = 'POST /later' and namespace_id = $1`,
    [namespaceId],
  );
  return found.rows[0]!;
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
