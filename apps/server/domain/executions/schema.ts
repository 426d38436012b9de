import type { Migration } from "../../platform/db/migrate.ts";

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
];
