import type { Migration } from "../../platform/db/migrate.ts";

export const journalMigrations: Migration[] = [
  {
    id: "journal/0001-journal",
    sql: `
      -- What the durable pieces of an execution came to. The key is user text, hence bytes.
      create table journal_entries (
        execution_id uuid not null,
        namespace_id uuid not null,
        key bytea not null,
        position integer not null,
        kind smallint not null,
        state smallint not null,
        -- By the SDK's value codec.
        value bytea,
        value_artifact text,
        error bytea,
        attempts integer not null default 0,
        -- Pending: when it is over by itself, or a step is tried again.
        due_at timestamptz,
        created_at timestamptz not null default now(),
        settled_at timestamptz,
        -- Which write made it what it is, so that one sent twice is known.
        write_id uuid not null,
        primary key (execution_id, key)
      ) partition by range (execution_id);

      -- What can come from outside to a waiting run. The row goes when it has come.
      create table journal_waits (
        id uuid primary key,
        namespace_id uuid not null,
        execution_id uuid not null,
        key bytea not null,
        kind smallint not null,
        -- Of an event: its name, and the paths that must match. Of an approval: its title.
        name bytea,
        match bytea,
        -- Of an invoked run.
        child_id uuid,
        due_at timestamptz not null,
        created_at timestamptz not null default now(),
        unique (execution_id, key)
      );
      create index journal_waits_by_name on journal_waits (namespace_id, name) where name is not null;
      create index journal_waits_by_namespace on journal_waits (namespace_id, id);
      create index journal_waits_by_child on journal_waits (child_id) where child_id is not null;
      create index journal_waits_due on journal_waits (due_at);

      -- Sent events: a run that comes to wait for one after it was sent still finds it.
      create table sent_events (
        id uuid not null,
        namespace_id uuid not null,
        name bytea not null,
        data bytea not null,
        primary key (id)
      ) partition by range (id);
      create index sent_events_by_name on sent_events (namespace_id, name, id);`,
  },
  {
    id: "journal/0002-closed-approvals",
    sql: `
      -- Of an approval that was decided or is past its time: messages that ask for it are still about, and may ask.
      alter table journal_waits add column closed_at timestamptz;`,
  },
  {
    id: "journal/0003-events-in-hand",
    sql: `
      -- A sent event that more runs wait for than are told in one transaction, until the last of them has been.
      create table events_in_hand (
        id uuid primary key,
        -- By the SDK's value codec.
        value bytea not null
      );
      -- The event of those that has come, and that this run is yet to be told of.
      alter table journal_waits add column event_id uuid;
      create index journal_waits_by_event on journal_waits (event_id, execution_id, key) where event_id is not null;`,
  },
  {
    id: "journal/0004-sent-events-by-namespace",
    sql: `
      -- What a namespace keeps of them is bounded as its deliveries are.
      create index sent_events_by_namespace on sent_events (namespace_id, id);`,
  },
];
