import type { Migration } from "../../platform/db/migrate.ts";

export const identityMigrations: Migration[] = [
  {
    id: "identity/0001-api-keys",
    sql: `
      -- Keys of the machine's owner and of service accounts. Only the hash is here: a dump opens nothing.
      create table api_keys (
        id uuid primary key,
        organization_id uuid not null references organizations,
        name text not null,
        role text not null,
        hash bytea not null unique,
        created_at timestamptz not null default now(),
        expires_at timestamptz,
        revoked_at timestamptz
      );`,
  },
];
