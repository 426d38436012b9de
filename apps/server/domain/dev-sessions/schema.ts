import type { Migration } from "../../platform/db/migrate.ts";

export const devSessionMigrations: Migration[] = [
  {
    id: "dev-sessions/0001-dev-sessions",
    sql: `
      -- One per (person, workflow); it outlives the terminals that use it, so that its addresses stay.
      create table dev_sessions (
        id uuid primary key,
        namespace_id uuid not null references namespaces,
        workflow_id uuid not null references workflows,
        subject text not null,
        -- The unguessable part of its webhook addresses; never a workflow's own.
        key text not null unique,
        -- What its code declared last; JSON out of user code.
        manifest bytea not null,
        opened_at timestamptz not null default now(),
        unique (workflow_id, subject)
      );`,
  },
  {
    id: "dev-sessions/0002-seen",
    sql: `
      -- When its laptop last gave a sign: so long after it nothing is kept for it any more.
      alter table dev_sessions add column seen_at timestamptz not null default now();`,
  },
];
