import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@floww/contract/api";
import { dayAt, partitionOf } from "../apps/server/platform/db/day-partitions.ts";
import { uuidFloor } from "../apps/server/platform/uuid-v7.ts";
import { buildExecutor } from "../tools/start/build-executor.mjs";
import { connectDatabase } from "./database.ts";
import { type FlowwServer, load, startFloww } from "./programs.ts";

/**
 * The ingest's worst latency while a million rows are pruned, beside its worst without that, in the same minutes:
 *
 *   node bench/prune.ts [rows]
 */
const ROWS = Number(process.argv[2] ?? 1_000_000);
const DAY_MS = 24 * 60 * 60 * 1000;
const ROUND_MS = 10_000;
const CONNECTIONS = 10;
const BODY = JSON.stringify({ name: "Ada" });
const TABLES = [
  "deliveries",
  "executions",
  "execution_logs",
  "execution_attempts",
  "journal_entries",
  "sent_events",
];

await buildExecutor(join(import.meta.dirname, ".."));
await using server = await startFloww();
const workflow = join(import.meta.dirname, "workflow");
const deployed = JSON.parse(await server.cli(["deploy", workflow, "--yes", "--json"])) as {
  workflowId: string;
  triggers: { url: string }[];
};
const { url } = deployed.triggers[0]!;
const database = await connectDatabase(server.home);
await keepDaysOfOthers(server);

await load(url, { connections: CONNECTIONS, ms: 2_000, body: BODY });
await rounds("without pruning", 3);
await fill();
let left = ROWS;
while (left > 0) {
  await rounds(`${left} rows to prune`, 1);
  left = await countOld();
}
// Nobody keeps longer now: what is left is whole days.
await database.query("delete from retention");
const days = await countDays();
while ((await countDays()) > days - TABLES.length) await rounds("whole days dropped", 1);
await rounds("afterwards", 2);
await database.end();

/** Another namespace wants the same days for longer, so that rows must go one by one. */
async function keepDaysOfOthers({ home, url: serverUrl }: FlowwServer): Promise<void> {
  const token = (await readFile(join(home, "owner.token"), "utf8")).trim();
  const client = createClient({ serverUrl, token });
  const { organizations } = await client.whoAmI({});
  const params = { organizationId: organizations[0]!.id };
  const { id: namespaceId } = await client.createNamespace({ params, body: { name: "keeps" } });
  const body = { days: 90, bytesMax: 1024 ** 3 };
  await client.setRetention({ params: { namespaceId }, body });
}

/** As many deliveries as executions, of one day that is past the usual retention. */
async function fill(): Promise<void> {
  const day = dayAt(Date.now() - 33 * DAY_MS);
  for (const table of TABLES)
    await database.query(
      `create table ${partitionOf(table, day)} partition of ${table} for values from ('${day.from}') to ('${day.to}')`,
    );
  const [deliveries, executions] = ["deliveries", "executions"].map((table) => partitionOf(table, day));
  const id = `(lpad(to_hex(${day.startMs} + n * ${Math.floor(DAY_MS / ROWS)}), 12, '0') || '7000' || lpad(to_hex(n), 16, '8'))::uuid`;
  await database.query(
    `insert into deliveries (id, namespace_id, workflow_id, verdict, head, body, remote_address)
     select ${id}, w.namespace_id, w.id, 1, '{}', decode(repeat('78', 300), 'hex'), ''
     from workflows w, generate_series(1, ${ROWS / 2}) as n where w.active_deployment_id is not null`,
  );
  await database.query(
    `insert into executions (id, namespace_id, workflow_id, trigger_id, delivery_id, origin, mode, state, output)
     select id, namespace_id, workflow_id, workflow_id, id, 1, 1, 10, decode(repeat('78', 100), 'hex') from ${deliveries}`,
  );
  await database.query(`analyze ${deliveries}, ${executions}`);
  // What was filled in is on the disk before anything is measured: it would be written in the rounds to come.
  await database.query("checkpoint");
}

async function countOld(): Promise<number> {
  const counted = await database.query<{ count: string }>(
    "select (select count(*) from deliveries where id < $1) + (select count(*) from executions where id < $1) as count",
    [uuidFloor(Date.now() - 31 * DAY_MS)],
  );
  return Number(counted.rows[0]!.count);
}

async function countDays(): Promise<number> {
  const counted = await database.query<{ count: string }>("select count(*) from pg_inherits");
  return Number(counted.rows[0]!.count);
}

async function rounds(what: string, count: number): Promise<void> {
  for (let round = 0; round < count; round++) {
    const { perSecond, p50, p99, max, failures } = await load(url, {
      connections: CONNECTIONS,
      ms: ROUND_MS,
      body: BODY,
    });
    const latencies = `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, worst ${max.toFixed(0)} ms`;
    console.log(`${what}: ${perSecond}/s, ${latencies}${failures > 0 ? `, ${failures} FAILED` : ""}`);
  }
}
