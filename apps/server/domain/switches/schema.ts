import type { Migration } from "../../platform/db/migrate.ts";

export const switchMigrations: Migration[] = [
  {
    id: "switches/0001-switches",
    sql: `
      -- What an administrator has turned off or on again; what has no row is on.
      create table switches (
        name text primary key,
        is_on boolean not null,
        -- Shown to whoever meets it while it is off.
        reason text,
        changed_at timestamptz not null default now(),
        changed_by text not null
      );`,
  },
];
