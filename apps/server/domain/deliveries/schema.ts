import type { Migration } from "../../platform/db/migrate.ts";

export const deliveryMigrations: Migration[] = [
  {
    id: "deliveries/0001-deliveries",
    sql: `
      -- The ledger: every inbound request to a known workflow key, byte for byte, and what was decided about it.
      create table deliveries (
        id uuid not null,
        namespace_id uuid not null,
        workflow_id uuid not null,
        trigger_id uuid,
        received_at timestamptz not null default now(),
        verdict smallint not null,
        -- The event's head as JSON: method, path, query, headers.
        head bytea not null,
        -- The bytes themselves, or the artifact that holds a big body.
        body bytea,
        body_artifact text,
        remote_address text not null,
        primary key (id)
      ) partition by range (id);
      create index deliveries_by_workflow on deliveries (workflow_id, id desc);

      -- What was seen before, per trigger: a table of its own, since a unique key cannot span partitions.
      create table delivery_keys (
        trigger_id uuid not null,
        key bytea not null,
        delivery_id uuid not null,
        body_hash bytea not null,
        created_at timestamptz not null default now(),
        primary key (trigger_id, key)
      );`,
  },
  {
    id: "deliveries/0002-vendor-events",
    sql: `
      -- A vendor's event belongs to a provider and may cause runs of several workflows.
      alter table deliveries alter column workflow_id drop not null, add column provider_id uuid;
      create index deliveries_by_provider on deliveries (provider_id, id desc) where provider_id is not null;

      -- A key leads to the execution that it caused. No version before this one wrote any.
      truncate delivery_keys;
      alter table delivery_keys drop column delivery_id, add column execution_id uuid not null;
      create index delivery_keys_by_age on delivery_keys (created_at);`,
  },
  {
    id: "deliveries/0003-found-again",
    sql: `
      -- A copy leads to the execution that the first one caused, and says whether its bytes differ from that one's.
      alter table deliveries add column copy_of uuid, add column has_other_body boolean not null default false;
      create index deliveries_by_namespace on deliveries (namespace_id, id desc);
      -- From a delivery to what it caused, replays included.
      create index executions_by_delivery on executions (delivery_id) where delivery_id is not null;`,
  },
  {
    id: "deliveries/0004-replays",
    sql: `
      -- One replay of many. Executions are made in the transaction that moves the cursor: a server that dies in between
      -- has done neither, and whoever takes the row next goes on there.
      create table replays (
        id uuid primary key,
        namespace_id uuid not null references namespaces on delete cascade,
        -- Which kind of thing, and which of them: JSON that we made.
        selection jsonb not null,
        is_original boolean not null,
        input bytea,
        input_artifact text,
        rate integer not null,
        -- 0 running, 1 done, 2 cancelled.
        state smallint not null default 0,
        total integer not null,
        replayed integer not null default 0,
        skipped integer not null default 0,
        problem text,
        -- The last id that was gone over; those after it are to come.
        cursor uuid not null default '00000000-0000-0000-0000-000000000000',
        created_by text not null,
        created_at timestamptz not null default now(),
        due_at timestamptz not null default now(),
        finished_at timestamptz
      );
      create index replays_running on replays (due_at) where state = 0;
      create index replays_by_namespace on replays (namespace_id, id desc);
      -- Whether somebody has replayed it.
      create index executions_by_original on executions (replay_of) where replay_of is not null;`,
  },
  {
    id: "deliveries/0005-retention",
    sql: `
      -- How long and how much a namespace keeps; the limits of the contract where it says nothing.
      create table retention (
        namespace_id uuid primary key references namespaces on delete cascade,
        days integer not null,
        bytes_max bigint not null
      );

      -- What the ledger holds, counted once a row is old enough to be whole; up to which id stands in the meter.
      create table ledger_usage (
        namespace_id uuid not null,
        hour timestamptz not null,
        bytes bigint not null,
        primary key (namespace_id, hour)
      );
      create table ledger_meter (
        is_only boolean primary key default true check (is_only),
        counted_until timestamptz not null
      );

      -- Artifacts of rows that are gone: each is removed when no other row has it.
      create table artifact_candidates (
        namespace_id uuid not null,
        hash text not null,
        noted_at timestamptz not null default now(),
        primary key (namespace_id, hash)
      );
      create index deliveries_by_artifact on deliveries (body_artifact) where body_artifact is not null;
      create index executions_by_input on executions (input_artifact) where input_artifact is not null;
      create index executions_by_output on executions (output_artifact) where output_artifact is not null;
      create index journal_entries_by_artifact on journal_entries (value_artifact) where value_artifact is not null;`,
  },
  {
    id: "deliveries/0006-one-index-less",
    sql: `
      -- A workflow's deliveries are its own and those of vendors that ran it: both are found through the namespace.
      drop index deliveries_by_workflow;`,
  },
  {
    id: "deliveries/0007-replay-failures",
    sql: `
      -- How often in a row it could not go on from its cursor.
      alter table replays add column failures integer not null default 0;`,
  },
];
