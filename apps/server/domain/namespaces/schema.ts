import type { Migration } from "../../platform/db/migrate.ts";

export const namespaceMigrations: Migration[] = [
  {
    id: "namespaces/0001-namespaces",
    sql: `
      create table namespaces (
        id uuid primary key,
        organization_id uuid not null references organizations,
        name text not null,
        created_at timestamptz not null default now(),
        unique (organization_id, name)
      );`,
  },
  {
    id: "namespaces/0002-driver",
    sql: `
      -- Where its deployments run that name no driver.
      alter table namespaces add column driver text not null default 'process';`,
  },
];
