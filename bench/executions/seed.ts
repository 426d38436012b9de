import type pg from "pg";
import { dayAt, partitionOf } from "../../apps/server/platform/db/day-partitions.ts";

const DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;
const SLOTS = 10_000;
/** Half of all is the namespace that is looked at. */
const NAMESPACES = 20;
const WORKFLOWS = 200;
const WAITING = 20_000;

export interface Seeded {
  count: number;
  seconds: number;
  bytes: number;
  namespaceId: string;
  /** By what is rare about them. */
  busy: { workflowId: string; cronTriggerId: string; webhookTriggerId: string; versions: string[] };
  /** A workflow with ten runs. */
  quiet: string;
  /** A workflow of a hundred triggers. */
  wide: string;
  /** The day on which they begin. */
  beginMs: number;
}

/**
 * So many executions over thirty days, made by the database: half of them of one namespace, workflows of very different
 * size, a webhook and a cron trigger each, one version after the other, 95 of 100 completed. A day is filled as a table of its
 * own, which becomes a partition, so that its indexes are built in one go.
 */
export async function seedExecutions(database: pg.Client, count: number): Promise<Seeded> {
  const startedAt = performance.now();
  await database.query("set synchronous_commit = off; set maintenance_work_mem = '512MB'; set jit = off");
  const namespaceId = await makeSources(database);
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const perDay = Math.floor(count / DAYS);
  const beginMs = today - (DAYS - 1) * DAY_MS;
  for (let day = 0; day < DAYS; day++)
    await fillDay(database, { day, startMs: beginMs + day * DAY_MS, perDay });
  await makeRare(database, { namespaceId, today });
  // The bytes of all these rows are not what is measured.
  await database.query(
    "insert into ledger_meter (counted_until) values (now()) on conflict (is_only) do update set counted_until = now()",
  );
  // What was counted of an empty past is counted again.
  await database.query("truncate execution_counts, execution_counting, execution_open");
  await database.query("vacuum (analyze) executions");
  const size = await database.query<{ bytes: string }>(
    "select sum(pg_total_relation_size(inhrelid)) as bytes from pg_inherits where inhparent = 'executions'::regclass",
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const rare = await findRare(database);
  return { count: perDay * DAYS, seconds, bytes: Number(size.rows[0]!.bytes), namespaceId, beginMs, ...rare };
}

/** Namespaces, workflows, triggers and versions, and a table that draws one of them for a number. */
async function makeSources(database: pg.Client): Promise<string> {
  const found = await database.query<{ id: string; namespaceId: string }>(
    `select id, namespace_id as "namespaceId" from workflows where active_deployment_id is not null limit 1`,
  );
  const { id: modelId, namespaceId } = found.rows[0]!;
  await database.query(
    `create table bench_workflows as
     select n, gen_random_uuid() as id, 'bench-' || n as name,
       -- The first ten are half of everything, and of the namespace that is looked at, with every twentieth after them.
       n <= 11 or n % ${NAMESPACES} = 0 as is_ours, 1 + n % 20 as versions,
       case when n <= 10 then ${SLOTS / 20} else greatest(1, (${SLOTS / 2} * 0.22 / (n - 9))::integer) end as weight
     from generate_series(1, ${WORKFLOWS}) as n`,
  );
  await database.query(
    `create table bench_namespaces as select n, case when n = 0 then $1::uuid else gen_random_uuid() end as id from generate_series(0, ${NAMESPACES - 1}) as n`,
    [namespaceId],
  );
  const copy = (table: string, from: string, changed: string) =>
    database.query(
      `insert into ${table} select (jsonb_populate_record(null::${table}, to_jsonb(model) || ${changed})).* from ${from}`,
    );
  await copy(
    "namespaces",
    `namespaces as model, bench_namespaces as b where model.id = '${namespaceId}' and b.n > 0`,
    "jsonb_build_object('id', b.id, 'name', 'bench-' || b.n)",
  );
  await database.query(
    `alter table bench_workflows add column namespace_id uuid;
     update bench_workflows w set namespace_id = b.id from bench_namespaces b
     where b.n = case when w.is_ours then 0 else 1 + w.n % ${NAMESPACES - 1} end`,
  );
  // Paused: what waits in the seed is nobody's to run.
  await copy(
    "workflows",
    `workflows as model, bench_workflows as b where model.id = '${modelId}'`,
    `jsonb_build_object('id', b.id, 'namespace_id', b.namespace_id, 'name', b.name, 'key', b.name, 'active_deployment_id', null,
       'paused_at', now())`,
  );
  await copy(
    "bundles",
    `bundles as model, bench_namespaces as b where model.namespace_id = '${namespaceId}' and b.n > 0`,
    "jsonb_build_object('namespace_id', b.id)",
  );
  await database.query(
    `create table bench_versions as
     select gen_random_uuid() as id, w.id as workflow_id, w.namespace_id, v as version from bench_workflows w, generate_series(1, w.versions) as v`,
  );
  await copy(
    "deployments",
    `(select * from deployments where workflow_id = '${modelId}' limit 1) as model, bench_versions as b`,
    `jsonb_build_object('id', b.id, 'workflow_id', b.workflow_id, 'namespace_id', b.namespace_id, 'version', b.version, 'previous_id', null)`,
  );
  await database.query(
    `create table bench_triggers as
     select gen_random_uuid() as id, w.id as workflow_id, w.namespace_id, t as n,
       (array['webhook', 'cron'])[least(t, 2)] || case when t > 2 then '-' || t else '' end as name
     from bench_workflows w, generate_series(1, case when w.n = 11 then 100 else 2 end) as t`,
  );
  await copy(
    "triggers",
    `(select * from triggers where workflow_id = '${modelId}' limit 1) as model, bench_triggers as b`,
    `jsonb_build_object('id', b.id, 'workflow_id', b.workflow_id, 'namespace_id', b.namespace_id, 'handler_id', b.name, 'key', b.name,
       'deployment_id', null)`,
  );
  await database.query(
    `create table bench_slots as
     select * from (
       select (row_number() over (order by w.n, s) - 1)::integer as slot, w.id as workflow_id, w.namespace_id,
         -- One in a hundred is the clock's; with one slot only, all are the webhook's.
         case when s % 100 = 99 then cron.id else web.id end as trigger_id, s % 100 = 99 as is_cron,
         (select array_agg(v.id order by v.version) from bench_versions v where v.workflow_id = w.id) as versions
       from bench_workflows w
       join bench_triggers web on web.workflow_id = w.id and web.n = 1
       join bench_triggers cron on cron.workflow_id = w.id and cron.n = 2, generate_series(1, w.weight) as s
     ) as source (slot, workflow_id, namespace_id, trigger_id, is_cron, versions) where slot < ${SLOTS}`,
  );
  await database.query("alter table bench_slots add primary key (slot); analyze bench_slots");
  return namespaceId;
}

interface Day {
  day: number;
  startMs: number;
  perDay: number;
}

async function fillDay(database: pg.Client, { day, startMs, perDay }: Day): Promise<void> {
  const bounds = dayAt(startMs);
  const name = partitionOf("executions", bounds);
  const there = await database.query("select from pg_class where relname = $1", [name]);
  const isThere = there.rowCount === 1;
  // By another name until it is a partition: a day that is nobody's is dropped by retention.
  const table = isThere ? name : "bench_day";
  if (!isThere) await database.query(`create table ${table} (like executions including defaults)`);
  const first = day * perDay;
  // Not past the present: what is still to come would be the newest.
  const spanMs = Math.min(DAY_MS, Date.now() - startMs);
  await database.query(
    `insert into ${table} (id, namespace_id, workflow_id, trigger_id, deployment_id, origin, mode, state, attempt, epoch, created_at,
       started_at, finished_at, run_ms, event, error)
     select (lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid,
       s.namespace_id, s.workflow_id, s.trigger_id,
       s.versions[1 + (array_length(s.versions, 1) * (${day} + (n - ${first})::float8 / ${perDay}) / ${DAYS})::integer % array_length(s.versions, 1)],
       case when s.is_cron then 2 else 1 end, 1, state, 1, 1, at, at, at + run_ms * interval '1 ms', run_ms,
       '{"type":"webhook"}', case when state > 10 then '{"code":"UNCAUGHT_ERROR","name":"Error","message":"no"}'::bytea end
     from (
       select n, ms, to_timestamp(ms / 1000.0) as at, (random() * ${SLOTS - 1})::integer as slot,
         case when chance < 0.95 then 10 when chance < 0.98 then 11 when chance < 0.99 then 12 when chance < 0.999 then 13 else 14 end as state,
         (exp(random() * 8))::integer as run_ms
       from (
         select n, ${startMs}::bigint + ((n - ${first})::float8 / ${perDay} * ${spanMs})::bigint as ms, random() as chance
         from generate_series(${first}, ${first + perDay - 1}) as n offset 0) as drawn offset 0
     ) as row join bench_slots s on s.slot = row.slot`,
  );
  if (!isThere)
    await database.query(
      `begin; alter table bench_day rename to ${name};
       alter table executions attach partition ${name} for values from ('${bounds.from}') to ('${bounds.to}');
       commit`,
    );
}

/** What a list of many must find all the same. */
async function makeRare(
  database: pg.Client,
  { namespaceId, today }: { namespaceId: string; today: number },
): Promise<void> {
  const insert = (what: string, values: { state: number; count: number; everyMs: number }) =>
    database.query(
      `insert into executions (id, namespace_id, workflow_id, trigger_id, deployment_id, origin, mode, state, created_at, run_ms, event)
       select (lpad(to_hex(ms), 12, '0') || '7fff8' || lpad(to_hex(row.n * 1000 + t.n), 15, 'f'))::uuid, w.namespace_id, w.id, t.id, v.id, 1, 2, ${values.state},
         to_timestamp(ms / 1000.0), 5, '{"type":"webhook"}'
       from (select n, ${today - 1}::bigint - n::bigint * ${values.everyMs} as ms from generate_series(1, ${values.count}) as n) as row,
         bench_workflows w join bench_triggers t on t.workflow_id = w.id join bench_versions v on v.workflow_id = w.id and v.version = 1
       where ${what}`,
    );
  const workflow = async (name: string, like: number) => {
    await database.query(
      `insert into bench_workflows select 1000 + n, gen_random_uuid(), '${name}', true, 1, 1, '${namespaceId}' from bench_workflows where n = ${like}`,
    );
    await database.query(
      `insert into workflows select (jsonb_populate_record(null::workflows, to_jsonb(model) || jsonb_build_object('id', b.id, 'name', b.name, 'key', b.name))).*
       from bench_workflows b, bench_workflows l join workflows model on model.id = l.id where b.name = '${name}' and l.n = ${like}`,
    );
    await database.query(
      `with made as (insert into bench_versions select gen_random_uuid(), id, namespace_id, 1 from bench_workflows where name = '${name}' returning *)
       insert into deployments select (jsonb_populate_record(null::deployments, to_jsonb(model) || jsonb_build_object('id', b.id, 'workflow_id', b.workflow_id,
         'namespace_id', b.namespace_id, 'version', 1))).* from made b, (select * from deployments where namespace_id = '${namespaceId}' limit 1) model`,
    );
    await database.query(
      `with made as (insert into bench_triggers select gen_random_uuid(), id, namespace_id, 1, 'webhook' from bench_workflows where name = '${name}' returning *)
       insert into triggers select (jsonb_populate_record(null::triggers, to_jsonb(model) || jsonb_build_object('id', b.id, 'workflow_id', b.workflow_id,
         'namespace_id', b.namespace_id, 'handler_id', b.name, 'key', b.name))).* from made b, (select * from triggers where namespace_id = '${namespaceId}' limit 1) model`,
    );
  };
  await workflow("bench-quiet", 1);
  await workflow("bench-waiting", 2);
  // One every three days; one of them failed.
  await insert("w.name = 'bench-quiet'", { state: 10, count: 9, everyMs: 3 * DAY_MS });
  await insert("w.name = 'bench-quiet'", { state: 11, count: 1, everyMs: 28 * DAY_MS + 1 });
  await insert("w.name = 'bench-waiting'", { state: 1, count: WAITING, everyMs: 1_000 });
  // A hundred triggers that ran once a day.
  await insert("w.n = 11 and t.n > 2", { state: 10, count: 28, everyMs: DAY_MS });
}

async function findRare(database: pg.Client): Promise<Pick<Seeded, "busy" | "quiet" | "wide">> {
  const ids = await database.query<{
    busy: string;
    quiet: string;
    wide: string;
    web: string;
    cron: string;
    versions: string[];
  }>(
    `select (select id from bench_workflows where n = 9) as busy, (select id from bench_workflows where name = 'bench-quiet') as quiet,
       (select id from bench_workflows where n = 11) as wide,
       (select t.id from bench_triggers t join bench_workflows w on w.id = t.workflow_id where w.n = 9 and t.n = 1) as web,
       (select t.id from bench_triggers t join bench_workflows w on w.id = t.workflow_id where w.n = 9 and t.n = 2) as cron,
       (select array_agg(v.id::text order by version) from bench_versions v join bench_workflows w on w.id = v.workflow_id where w.n = 9) as versions`,
  );
  const { busy, quiet, wide, web, cron, versions } = ids.rows[0]!;
  return {
    busy: { workflowId: busy, webhookTriggerId: web, cronTriggerId: cron, versions },
    quiet,
    wide,
  };
}
