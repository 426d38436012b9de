import type { Migration } from "../../platform/db/migrate.ts";
import { TRACK } from "./listing/track.ts";

export const executionMigrations: Migration[] = [
  {
    id: "executions/0001-executions",
    sql: `
      -- The queue, the history and the state machine of states.ts, in one. Partitioned by the day inside the UUIDv7.
      create table executions (
        id uuid not null,
        namespace_id uuid not null,
        workflow_id uuid not null,
        trigger_id uuid not null,
        -- Bound at the start.
        deployment_id uuid,
        delivery_id uuid,
        origin smallint not null,
        mode smallint not null,
        state smallint not null,
        attempt integer not null default 0,
        -- Raised by each start; a write that names another epoch is a zombie's.
        epoch integer not null default 0,
        owner uuid,
        created_at timestamptz not null default now(),
        started_at timestamptz,
        finished_at timestamptz,
        run_ms integer,
        -- The event of a tick or a manual run; a webhook's is its delivery.
        event bytea,
        input bytea,
        input_artifact text,
        answer bytea,
        output bytea,
        output_artifact text,
        error bytea,
        replay_of uuid,
        primary key (id)
      ) partition by range (id);
      create index executions_unfinished on executions (state, owner) where state < 10;
      create index executions_by_workflow on executions (workflow_id, id desc);
      create index executions_by_namespace on executions (namespace_id, id desc);

      create table execution_logs (
        execution_id uuid not null,
        attempt integer not null,
        sequence integer not null,
        level smallint not null,
        logged_at timestamptz not null,
        text bytea not null,
        primary key (execution_id, attempt, sequence)
      ) partition by range (execution_id);

      -- A tick is a fact with a key: any number of servers may insert it, one wins.
      create table cron_ticks (
        trigger_id uuid not null,
        tick_at timestamptz not null,
        -- None when the tick was left out, since an earlier run was not over.
        execution_id uuid,
        primary key (trigger_id, tick_at)
      );

      -- One lease a server: five seconds long, renewed each second, by the database's clock.
      create table servers (
        id uuid primary key,
        started_at timestamptz not null default now(),
        lease_until timestamptz not null
      );`,
  },
  {
    id: "executions/0002-attempts",
    sql: `
      alter table executions
        -- Waiting: when it goes on by itself.
        add column due_at timestamptz,
        -- Something it may wait for has come since this start.
        add column is_woken boolean not null default false,
        -- The next start goes on with this attempt; left out, it is a new one.
        add column resumes boolean not null default false,
        -- Ended for good without a caller who was told: kept for a person to look at.
        add column is_dead boolean not null default false,
        -- The run that caused it: its onFailure's, or the one that invoked it, under this journal key.
        add column parent_id uuid,
        add column parent_key text,
        add column priority smallint not null default 0,
        -- Runs that share a limit of their trigger.
        add column flow_key bytea,
        -- Not started by then, it is not started any more.
        add column expires_at timestamptz;
      create index executions_due on executions (due_at) where state = 1;
      create index executions_by_parent on executions (parent_id) where parent_id is not null;
      create index executions_dead on executions (namespace_id, id desc) where is_dead;

      -- The attempts that were not the last.
      create table execution_attempts (
        execution_id uuid not null,
        attempt integer not null,
        started_at timestamptz not null,
        ended_at timestamptz not null,
        state smallint not null,
        error bytea,
        primary key (execution_id, attempt)
      ) partition by range (execution_id);`,
  },
  {
    id: "executions/0003-flow",
    sql: `
      -- What can be claimed, by namespace: a claim walks from one to the next and takes the first few of each.
      create index executions_ready on executions (namespace_id, priority desc, id) where state = 0 and origin <> 5;
      -- Under way, or claimed soon, by the limit that they share; and who waits for a free slot, in order.
      create index executions_slots on executions (flow_key, state, created_at) where flow_key is not null and state < 10;
      create index executions_held on executions (flow_key, priority desc, created_at, id)
        where flow_key is not null and state = 1 and due_at is null;
      create index executions_expiring on executions (expires_at) where expires_at is not null and state < 2;

      -- Events that a batch is made of: they wait under its key, then belong to the execution that runs them all.
      alter table executions add column batch_key bytea, add column batch_id uuid;
      create index executions_gathering on executions (batch_key, id) where batch_key is not null and state = 1;
      create index executions_batched on executions (batch_id) where batch_id is not null;

      -- Of a rate limit: the events since a window opened. Of a throttle: the last place that was given away.
      create table flow_meters (
        key bytea primary key,
        since timestamptz not null,
        count integer not null,
        idle_at timestamptz not null
      );
      create index flow_meters_idle on flow_meters (idle_at);

      -- The execution that waits for the quiet after the last of its events, by the debounce's key.
      create table flow_debounces (
        key bytea primary key,
        execution_id uuid not null,
        first_at timestamptz not null,
        idle_at timestamptz not null
      );
      create index flow_debounces_idle on flow_debounces (idle_at);`,
  },
  {
    id: "executions/0004-batches",
    sql: `
      -- Batches that are over and whose events were not told: then their batch_id goes.
      create index executions_batches_over on executions (id) where batch_id = id and state >= 10;`,
  },
  {
    id: "executions/0005-set-ups",
    sql: `
      -- Addresses that authors' code has told to somebody: the execution of \`setup\` names it, its version's \`teardown\` takes it back.
      create table set_ups (
        id uuid primary key,
        namespace_id uuid not null references namespaces,
        workflow_id uuid not null references workflows,
        trigger_id uuid not null references triggers,
        -- The last version that listened there.
        deployment_id uuid not null,
        has_teardown boolean not null,
        webhook_url text not null,
        -- What \`setup\` keeps for \`teardown\`.
        metadata bytea,
        -- The execution that takes it back; its own id where there is nothing to run.
        ended_by uuid
      );
      create unique index set_ups_of_trigger on set_ups (trigger_id) where ended_by is null;
      create index set_ups_ended_by on set_ups (ended_by) where ended_by is not null;`,
  },
  {
    id: "executions/0006-held",
    sql: `
      -- Waiting for this provider's credential, which the vendor refused, to be replaced.
      alter table executions add column held_by uuid;
      create index executions_held_by on executions (held_by) where held_by is not null;`,
  },
  {
    id: "executions/0007-boot",
    sql: `
      -- Of the newest start: until a process had taken the event; none where nobody says.
      alter table executions add column boot_ms integer;`,
  },
  {
    id: "executions/0008-vendor-calls",
    sql: `
      -- JSON: what the line of a vendor call says, for those who do not read text; none for any other line.
      alter table execution_logs add column vendor_call bytea;`,
  },
  {
    id: "executions/0009-lists",
    sql: `
      -- A list in any mix of filters walks these from the newest on (listing/matching.ts). An execution on the usual way stays
      -- on one track from its receipt to its good end, so that writing it costs no more than without the track.
      create index executions_by_namespace_track on executions (namespace_id, (${TRACK}), id desc);
      create index executions_by_trigger on executions (trigger_id, (${TRACK}), id desc);
      create index executions_by_version on executions (deployment_id, trigger_id, (${TRACK}), id desc);
      -- All of a workflow's are those of its triggers.
      drop index executions_by_workflow;
      drop index executions_by_namespace;`,
  },
  {
    id: "executions/0010-statistics",
    sql: `
      -- What has finished of what was received in a window of 5 minutes, an hour or a day (statistics/count-window.ts), by
      -- workflow, and for all of a namespace under the workflow 0. A key is an end and a run time; counts go with them.
      create table execution_counts (
        seconds integer not null,
        at timestamptz not null,
        namespace_id uuid not null,
        workflow_id uuid not null,
        keys smallint[] not null,
        counts integer[] not null,
        primary key (seconds, at, namespace_id, workflow_id)
      );

      -- Up to when windows are counted, and up to when for a second time, when nothing can still have been on its way.
      create table execution_counting (
        is_only boolean primary key default true check (is_only),
        counted_until timestamptz not null,
        settled_until timestamptz not null
      );
      -- What had not finished when its window was counted: what has by now is counted again.
      create table execution_open (
        id uuid primary key,
        namespace_id uuid not null
      );
      create index execution_open_by_namespace on execution_open (namespace_id, id);`,
  },
  {
    id: "executions/0011-requeued",
    sql: `
      -- The newest start that was put back, by its epoch: so its server knows, whoever has started it since.
      alter table executions add column requeued_epoch integer;`,
  },
  {
    id: "executions/0012-laptops",
    sql: `
      -- What waits for each laptop: those that executions_ready leaves out.
      create index executions_for_laptops on executions (deployment_id, id) where state = 0 and origin = 5;`,
  },
  {
    id: "executions/0013-unknown-webhooks",
    sql: `
      -- Requests since its start whose key nobody has: all that is kept of them, written with the lease.
      alter table servers add column unknown_webhooks bigint not null default 0;`,
  },
];
