import type { Migration } from "../../platform/db/migrate.ts";

export const triggerMigrations: Migration[] = [
  {
    id: "triggers/0001-triggers",
    sql: `
      -- A trigger outlives deployments: watermark, dedupe, pause and URL hang on (workflow, handler id).
      create table triggers (
        id uuid primary key,
        namespace_id uuid not null references namespaces,
        workflow_id uuid not null references workflows,
        handler_id text not null,
        provider_type text not null,
        provider_alias text not null,
        type text not null,
        key text not null,
        -- JSON that came out of user code.
        input bytea not null,
        -- The deployment that declares it now; none when the active one does not.
        deployment_id uuid,
        -- Cron: every tick up to here has been decided.
        ticked_until timestamptz not null default now(),
        created_at timestamptz not null default now(),
        unique (workflow_id, handler_id)
      );`,
  },
  {
    id: "triggers/0002-by-provider",
    sql: `
      create index triggers_by_provider on triggers (namespace_id, provider_type)
        where deployment_id is not null and provider_type <> 'builtin';`,
  },
  {
    id: "triggers/0003-acknowledgements",
    sql: `
      -- Which generation of a workflow's routes a server has. A server that is gone is forgotten when another one starts.
      create table route_acknowledgements (
        server_id uuid not null,
        workflow_id uuid not null,
        generation bigint not null,
        primary key (server_id, workflow_id)
      );`,
  },
  {
    id: "triggers/0004-addresses",
    sql: `
      -- A webhook whose author wants to tell others its address, and to take it back.
      alter table triggers
        add column has_setup boolean not null default false,
        add column has_teardown boolean not null default false;
      create index triggers_with_setup on triggers (workflow_id) where has_setup;`,
  },
];
