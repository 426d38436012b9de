import type { Migration } from "../../platform/db/migrate.ts";

export const kvMigrations: Migration[] = [
  {
    id: "kv/0001-kv",
    sql: `
      -- A table belongs to the workflow that made it; one that people made through the API has no owner and is open.
      create table kv_tables (
        namespace_id uuid not null references namespaces,
        store text collate "C" not null,
        name text collate "C" not null,
        owner_workflow_id uuid references workflows,
        created_at timestamptz not null default now(),
        primary key (namespace_id, store, name)
      );

      create table kv_permissions (
        namespace_id uuid not null,
        store text collate "C" not null,
        table_name text collate "C" not null,
        workflow_id uuid not null references workflows,
        -- 'read' or 'write'; the latter includes the former.
        permission text not null,
        primary key (namespace_id, store, table_name, workflow_id),
        foreign key (namespace_id, store, table_name) references kv_tables on delete cascade
      );

      -- One sequence for all: a key that is deleted and made again never has an earlier version again.
      create sequence kv_versions;

      create table kv_items (
        namespace_id uuid not null,
        store text collate "C" not null,
        table_name text collate "C" not null,
        -- "C": the order of the bytes, so that a prefix is a range.
        key text collate "C" not null,
        -- Text that user code made, never parsed by PostgreSQL.
        value bytea not null,
        version bigint not null default nextval('kv_versions'),
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        -- From this instant on nobody sees the item; the sweeper takes it away later.
        expires_at timestamptz,
        primary key (namespace_id, store, table_name, key)
      );
      create index kv_items_expiring on kv_items (expires_at) where expires_at is not null;`,
  },
];
