import type { Migration } from "../../platform/db/migrate.ts";

export const registryMigrations: Migration[] = [
  {
    id: "registry/0001-registry",
    sql: `
      -- One row a namespace that has pushed. Whoever adds or removes content of the namespace holds it (for update), so
      -- that what is counted stays true and what is removed is not added at the same moment.
      create table registry_spaces (
        namespace_id uuid primary key references namespaces on delete cascade,
        -- Null: what contract/limits.ts says.
        bytes_max bigint
      );

      create table registry_repositories (
        id uuid primary key,
        namespace_id uuid not null references namespaces,
        name text collate "C" not null,
        created_at timestamptz not null default now(),
        unique (namespace_id, name)
      );

      -- Bytes that the namespace has, each once. Being removed: it is as good as missing, and its bytes may be gone.
      create table registry_blobs (
        namespace_id uuid not null references namespaces,
        digest text collate "C" not null,
        bytes bigint not null,
        is_being_removed boolean not null default false,
        primary key (namespace_id, digest)
      );

      -- Which repository has which of them: a digest alone opens nothing. used_at: when somebody who may push was last
      -- told that it is there, and may count on it.
      create table registry_repository_blobs (
        namespace_id uuid not null,
        repository_id uuid not null references registry_repositories,
        digest text collate "C" not null,
        used_at timestamptz not null default now(),
        primary key (repository_id, digest),
        foreign key (namespace_id, digest) references registry_blobs
      );
      create index registry_repository_blobs_by_blob on registry_repository_blobs (namespace_id, digest);

      create table registry_manifests (
        namespace_id uuid not null references namespaces,
        repository_id uuid not null references registry_repositories,
        digest text collate "C" not null,
        media_type text not null,
        content bytea not null,
        bytes integer not null,
        -- What it refers to, whether or not that is there.
        subject text collate "C",
        artifact_type text,
        -- Its descriptor in the list of referrers, as JSON that we wrote.
        descriptor bytea,
        pushed_at timestamptz not null default now(),
        primary key (repository_id, digest)
      );
      create index registry_manifests_by_subject on registry_manifests (repository_id, subject, digest)
        where subject is not null;
      create index registry_manifests_by_namespace on registry_manifests (namespace_id, digest);

      -- The foreign keys are the promise that nothing goes which a manifest names, whoever tries.
      create table registry_manifest_blobs (
        repository_id uuid not null,
        manifest_digest text collate "C" not null,
        digest text collate "C" not null,
        primary key (repository_id, manifest_digest, digest),
        foreign key (repository_id, manifest_digest) references registry_manifests on delete cascade,
        foreign key (repository_id, digest) references registry_repository_blobs
      );
      create index registry_manifest_blobs_by_blob on registry_manifest_blobs (repository_id, digest);

      create table registry_manifest_children (
        repository_id uuid not null,
        manifest_digest text collate "C" not null,
        digest text collate "C" not null,
        primary key (repository_id, manifest_digest, digest),
        foreign key (repository_id, manifest_digest) references registry_manifests on delete cascade,
        foreign key (repository_id, digest) references registry_manifests
      );
      create index registry_manifest_children_by_child on registry_manifest_children (repository_id, digest);

      create table registry_tags (
        repository_id uuid not null,
        name text collate "C" not null,
        digest text collate "C" not null,
        moved_at timestamptz not null default now(),
        primary key (repository_id, name),
        foreign key (repository_id, digest) references registry_manifests on delete cascade
      );
      create index registry_tags_by_manifest on registry_tags (repository_id, digest);

      create table registry_uploads (
        id uuid primary key,
        namespace_id uuid not null references namespaces,
        repository_id uuid not null references registry_repositories,
        -- What the content store calls it.
        store_key text not null,
        bytes bigint not null default 0,
        written_at timestamptz not null default now()
      );
      create index registry_uploads_by_namespace on registry_uploads (namespace_id);`,
  },
];
