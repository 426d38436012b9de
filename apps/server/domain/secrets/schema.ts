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
  {
    id: "secrets/0002-keys",
    sql: `
      -- What records are encrypted with, each itself wrapped by master.key or AWS KMS. None goes while a record names it.
      create table keys (
        id text primary key,
        use text not null,
        version integer not null,
        -- None: of a server of before this table. The first start under the same master.key takes it up.
        wrapped bytea,
        wrapped_by text,
        -- Since when records are written with it: they are with the newest of these.
        current_since timestamptz,
        -- When no record named an older one any more.
        finished_at timestamptz,
        created_at timestamptz not null default now(),
        unique (use, version)
      );

      insert into keys (id, use, version, current_since, finished_at)
        select key_id, 'records', row_number() over (), now(), now()
        from (select key_id from secrets union select key_id from variables) as present;

      alter table secrets add constraint secrets_key foreign key (key_id) references keys;
      alter table variables add constraint variables_key foreign key (key_id) references keys;

      -- Which versions each server opens records of, and which it writes them with.
      create table key_acknowledgements (
        server_id uuid primary key,
        newest integer not null,
        current integer not null
      );`,
  },
];
