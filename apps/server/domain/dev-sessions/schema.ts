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
  {
    id: "dev-sessions/0003-any-server",
    sql: `
      -- The terminal that has it, and how it wants its events. A server that knows a smaller generation reads it again.
      alter table dev_sessions add column client_id text, add column is_debugging boolean not null default false,
        add column is_tapping boolean not null default false, add column generation integer not null default 0;

      -- What one server asks of another, and the reply. Gone once it is read, and worth nothing after a crash.
      create unlogged table server_letters (
        id uuid primary key,
        to_server uuid not null,
        from_server uuid not null,
        -- The letter that it answers.
        reply_to uuid,
        -- Its head is an error's.
        is_error boolean not null,
        -- JSON that holds what users' code said.
        head bytea not null,
        body bytea not null,
        sent_at timestamptz not null default now()
      );
      create index server_letters_to on server_letters (to_server);`,
  },
];
