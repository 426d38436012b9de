import type { Migration } from "../../platform/db/migrate.ts";

export const jobStateMigrations: Migration[] = [
  {
    id: "job-states/0001-job-states",
    sql: `
      -- How the server's own work by the clock goes. A job that one server at a time does has one row, under no server; one
      -- that every server does has a row for each.
      create table job_states (
        name text not null,
        server_id uuid not null,
        succeeded_at timestamptz,
        failed_at timestamptz,
        -- Of the last failure, its first line.
        failure text,
        -- Since it last came to its end.
        failures integer not null default 0,
        primary key (name, server_id)
      );`,
  },
];
