import type { Migration } from "../../platform/db/migrate.ts";

export const secretMigrations: Migration[] = [
  {
    id: "secrets/0001-secrets",
    sql: `
      -- sealed: nonce, ciphertext and tag of AES-256-GCM, bound to namespace, id and version of its row.
      create table secrets (
        id uuid primary key,
        namespace_id uuid not null references namespaces,
        name text not null,
        credential text not null,
        version integer not null,
        key_id text not null,
        sealed bytea not null,
        -- Names of the value's fields, for people to look at.
        fields text[] not null,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        updated_by text not null,
        unique (namespace_id, name, credential)
      );

      create table variables (
        id uuid primary key,
        namespace_id uuid not null references namespaces,
        workflow_id uuid not null references workflows,
        name text not null,
        version integer not null,
        key_id text not null,
        sealed bytea not null,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        updated_by text not null,
        unique (workflow_id, name)
      );`,
  },
];
