import type { Migration } from "../../platform/db/migrate.ts";

export const organizationMigrations: Migration[] = [
  {
    id: "organizations/0001-organizations",
    sql: `
      create table organizations (
        id uuid primary key,
        name text not null,
        created_at timestamptz not null default now()
      );`,
  },
];
