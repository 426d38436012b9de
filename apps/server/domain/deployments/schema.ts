import type { Migration } from "../../platform/db/migrate.ts";

export const deploymentMigrations: Migration[] = [
  {
    id: "deployments/0001-deployments",
    sql: `
      -- The bytes lie in artifacts. A bundle belongs to a namespace: equal bytes of another are not shared, or
      -- asking whether a hash is there would tell what others run.
      create table bundles (
        namespace_id uuid not null references namespaces,
        hash text not null,
        code_bytes integer not null,
        map_bytes integer not null,
        created_at timestamptz not null default now(),
        primary key (namespace_id, hash)
      );

      create table deployments (
        id uuid primary key,
        namespace_id uuid not null references namespaces,
        workflow_id uuid not null references workflows,
        version integer not null,
        bundle_hash text not null,
        runtime text not null,
        -- JSON that came out of user code, parsed by us and never by PostgreSQL.
        manifest bytea not null,
        created_by text not null,
        created_at timestamptz not null default now(),
        activated_at timestamptz,
        -- What was active before this one: where a rollback without a version goes.
        previous_id uuid,
        unique (workflow_id, version),
        foreign key (namespace_id, bundle_hash) references bundles
      );`,
  },
  {
    id: "deployments/0002-placement",
    sql: `
      -- The driver in "runtime" with its settings; null: the server's own engine, which has none.
      alter table deployments add column placed jsonb;`,
  },
];
