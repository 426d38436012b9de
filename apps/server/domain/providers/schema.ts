import type { Migration } from "../../platform/db/migrate.ts";

export const providerMigrations: Migration[] = [
  {
    id: "providers/0001-providers",
    sql: `
      -- A configured account of an outside service. sealed: its secret fields, AES-256-GCM bound to namespace, id, version.
      create table providers (
        id uuid primary key,
        namespace_id uuid not null references namespaces,
        type text not null,
        alias text not null,
        -- The unguessable part of the address that takes its events.
        key text not null unique,
        -- Fields that are no secrets, as JSON.
        settings bytea not null,
        secret_fields text[] not null,
        version integer not null,
        key_id text not null,
        sealed bytea not null,
        account text not null,
        -- What the service said last, when it was no good.
        failure text,
        last_used_at timestamptz,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        updated_by text not null,
        unique (namespace_id, type, alias)
      );

      -- A webhook that we keep at the service. Its row is there before it is: events may come at once.
      create table registrations (
        id uuid primary key,
        namespace_id uuid not null references namespaces,
        provider_id uuid not null references providers on delete cascade,
        target text not null,
        events text[] not null,
        -- The service's id of it; none until it was made there.
        vendor_id text,
        key_id text not null,
        sealed bytea not null,
        failure text,
        checked_at timestamptz,
        unique (provider_id, target)
      );

      -- Where floww.yaml gives a name in code to another provider than the one of that alias; owner: deployment or dev session.
      create table provider_mappings (
        owner_id uuid not null,
        type text not null,
        alias text not null,
        provider_id uuid not null references providers on delete cascade,
        primary key (owner_id, type, alias)
      );`,
  },
  {
    id: "providers/0002-recovery",
    sql: `
      -- Up to when it is known that everything the service sent has come, and when somebody last began to look.
      alter table registrations add column recovered_until timestamptz, add column recovery_began_at timestamptz;

      -- What had not come and was asked for again, so that nothing is asked for without end.
      create table missed_deliveries (
        registration_id uuid not null references registrations on delete cascade,
        delivery_id text not null,
        asked integer not null default 1,
        asked_at timestamptz not null default now(),
        primary key (registration_id, delivery_id)
      );`,
  },
  {
    id: "providers/0003-connection-budgets",
    sql: `
      -- How fast all servers together call through a connection. No reference: a credential is tried before its provider is
      -- there. Unlogged: a crash of the database forgets a second's calls, and pauses that vendors say again.
      create unlogged table connection_budgets (
        provider_id uuid primary key,
        -- The turn that was taken last; up to a second in the past, which is the burst.
        next_at timestamptz not null,
        -- The vendor asked for silence until then.
        paused_until timestamptz not null default '-infinity',
        -- By so much all pauses moved turns that were taken: who waits for one looks at what came after it.
        held_ms float8 not null default 0
      ) with (fillfactor = 50);`,
  },
  {
    id: "providers/0004-credentials",
    sql: `
      -- What the service's answers said of the credential: that it takes it no more, and until when it will.
      alter table providers add column credential_failure text, add column credential_expires_at timestamptz;`,
  },
  {
    id: "providers/0005-keys",
    sql: `
      insert into keys (id, use, version, current_since, finished_at)
        select key_id, 'records', row_number() over () + (select coalesce(max(version), 0) from keys), now(), now()
        from (select key_id from providers union select key_id from registrations) as present
        where key_id not in (select id from keys);

      alter table providers add constraint providers_key foreign key (key_id) references keys;
      alter table registrations add constraint registrations_key foreign key (key_id) references keys;`,
  },
];
