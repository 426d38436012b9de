import type { Migration } from "../../platform/db/migrate.ts";

export const auditMigrations: Migration[] = [
  {
    id: "audit/0001-audit-entries",
    sql: `
      -- Who changed what, from where, when. Only ids and names of ours: never a body, never a secret. Nothing updates it.
      create table audit_entries (
        id uuid primary key,
        -- Null for what a person did that belongs to no organization, such as signing in.
        organization_id uuid references organizations,
        actor_kind text not null,
        actor_id uuid,
        actor_name text not null,
        action text not null,
        subjects json not null,
        address text not null,
        at timestamptz not null default now()
      );
      create index audit_entries_organization on audit_entries (organization_id, id);
      create index audit_entries_actor on audit_entries (actor_id, id) where organization_id is null;`,
  },
];
