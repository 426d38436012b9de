import type { Migration } from "../../platform/db/migrate.ts";

export const workflowMigrations: Migration[] = [
  {
    id: "workflows/0001-workflows",
    sql: `
      create table workflows (
        id uuid primary key,
        namespace_id uuid not null references namespaces,
        name text not null,
        description text not null default '',
        -- The unguessable part of every webhook URL; it never changes.
        key text not null unique,
        active_deployment_id uuid,
        created_at timestamptz not null default now(),
        deleted_at timestamptz
      );
      -- A deleted workflow's name is free again.
      create unique index workflows_name on workflows (namespace_id, name) where deleted_at is null;`,
  },
  {
    id: "workflows/0002-generation",
    sql: `
      -- Raised by every change of its routes: what a server has read can be older, and it can be seen that it is.
      alter table workflows add column generation bigint not null default 0;`,
  },
  {
    id: "workflows/0003-pause",
    sql: `
      -- Since when its events are kept and not run; none for one that runs.
      alter table workflows add column paused_at timestamptz;
      create index workflows_paused on workflows (id) where paused_at is not null;`,
  },
];
