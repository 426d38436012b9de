import type { Queryable } from "../../platform/db/database.ts";
import { ExecutionState } from "../executions/states.ts";
import { JournalKindNumber, JournalState } from "./states.ts";

export interface StoredEntry {
  key: Buffer;
  position: number;
  kind: number;
  state: number;
  value: Buffer | null;
  valueArtifact: string | null;
  error: Buffer | null;
  attempts: number;
  dueAt: Date | null;
  createdAt: Date;
  settledAt: Date | null;
}

const COLUMNS = `key, position, kind, state, value, value_artifact as "valueArtifact", error, attempts, due_at as "dueAt",
  created_at as "createdAt", settled_at as "settledAt"`;

/** In the order in which the code asked for them. */
export async function listEntries(
  database: Queryable,
  executionId: string,
  { after, limit }: { after: number; limit: number },
): Promise<StoredEntry[]> {
  const found = await database.query<StoredEntry>(
    `select ${COLUMNS} from journal_entries where execution_id = $1 order by position, key offset $2 limit $3`,
    [executionId, after, limit],
  );
  return found.rows;
}

export async function findEntry(
  database: Queryable,
  executionId: string,
  key: Uint8Array,
): Promise<StoredEntry | undefined> {
  const found = await database.query<StoredEntry>(
    `select ${COLUMNS} from journal_entries where execution_id = $1 and key = $2`,
    [executionId, key],
  );
  return found.rows[0];
}

/** How much a run has journalled. */
export async function measureJournal(
  database: Queryable,
  executionId: string,
): Promise<{ entries: number; bytes: number }> {
  const found = await database.query<{ entries: number; bytes: number }>(
    `select count(*)::integer as entries, coalesce(sum(octet_length(value)), 0)::float8 as bytes
     from journal_entries where execution_id = $1`,
    [executionId],
  );
  return found.rows[0]!;
}

/**
 * What is over by itself: a sleep has been slept, any other wait was in vain, unless its event has come and the run is yet
 * to be told of it. A step's pause is the SDK's business.
 */
export async function settleDue(
  database: Queryable,
  executionId: string,
  timedOut: Uint8Array,
): Promise<void> {
  const settled = await database.query<{ key: Buffer }>(
    `with due as (
       select key, kind, (
         select event.value from journal_waits w join events_in_hand event on event.id = w.event_id
         where w.execution_id = $1 and w.key = journal_entries.key) as told
       from journal_entries
       where execution_id = $1 and state = ${JournalState.pending} and kind <> ${JournalKindNumber.step} and due_at <= now()
     )
     update journal_entries
     set state = case when due.kind = ${JournalKindNumber.sleep} or told is not null then ${JournalState.completed}
         else ${JournalState.failed} end,
       value = told, error = case when due.kind = ${JournalKindNumber.sleep} or told is not null then null else $2::bytea end,
       settled_at = now()
     from due where execution_id = $1 and journal_entries.key = due.key and state = ${JournalState.pending}
     returning journal_entries.key`,
    [executionId, timedOut],
  );
  if (settled.rows.length === 0) return;
  await closeWaits(
    database,
    executionId,
    settled.rows.map(({ key }) => key),
  );
}

/** Nothing comes to them any more. An approval's row stays as long as its run: messages that ask for it are still about. */
export async function closeWaits(
  transaction: Queryable,
  executionId: string,
  keys: readonly Uint8Array[],
): Promise<void> {
  await transaction.query(
    `with closed as (
       update journal_waits set closed_at = now()
       where execution_id = $1 and key = any($2) and kind = ${JournalKindNumber.approval}
     )
     delete from journal_waits where execution_id = $1 and key = any($2) and kind <> ${JournalKindNumber.approval}`,
    [executionId, keys],
  );
}

export interface NewWait {
  executionId: string;
  owner: string;
  epoch: number;
  writeId: string;
  key: Uint8Array;
  position: number;
  kind: number;
  /** Whichever is given: from now, or the instant. */
  forMs: number | undefined;
  untilMs: number | undefined;
  /** The execution does not end before the caller's transaction: whoever cancels it finds what that records. */
  holdsExecution?: boolean;
}

/** Inserts a pending entry, unless one has the key. Undefined when this start is no longer in force. */
export async function insertWait(
  transaction: Queryable,
  wait: NewWait,
): Promise<{ isNew: boolean; createdAt: Date } | undefined> {
  const inserted = await transaction.query<{ isNew: boolean; createdAt: Date }>(
    `with execution as (
       select id, namespace_id, created_at from executions
       where id = $1 and owner = $2 and epoch = $3 and state = ${ExecutionState.started}
       ${wait.holdsExecution === true ? "for share" : ""}
     ), entry as (
       insert into journal_entries (execution_id, namespace_id, key, position, kind, state, due_at, write_id)
       select id, namespace_id, $4, $5, $6, ${JournalState.pending},
         coalesce(to_timestamp($8::float8 / 1000), now() + $7::float8 * interval '1 millisecond'), $9
       from execution
       on conflict (execution_id, key) do nothing
       returning key
     )
     select exists (select from entry) as "isNew", created_at as "createdAt" from execution`,
    [
      wait.executionId,
      wait.owner,
      wait.epoch,
      wait.key,
      wait.position,
      wait.kind,
      wait.forMs,
      wait.untilMs,
      wait.writeId,
    ],
  );
  return inserted.rows[0];
}

export interface OutsideWait {
  id: string;
  namespaceId: string;
  executionId: string;
  key: Buffer;
  kind: number;
  name: Buffer | null;
  match: Buffer | null;
  childId: string | null;
  dueAt: Date;
  createdAt: Date;
}

const WAIT_COLUMNS = `id, namespace_id as "namespaceId", execution_id as "executionId", key, kind, name, match,
  child_id as "childId", due_at as "dueAt", created_at as "createdAt"`;

/**
 * Opens the entry to the outside, until it is due. Resolves with the id that it has, also when it was open before: an
 * approval that nobody gave in time, and that another attempt asks for, is the one that people were told of.
 */
export async function openWait(
  transaction: Queryable,
  wait: Pick<OutsideWait, "id" | "namespaceId" | "executionId" | "kind"> & {
    key: Uint8Array;
    name: Uint8Array | null;
    match: Uint8Array | null;
    childId: string | null;
  },
): Promise<string | undefined> {
  const opened = await transaction.query<{ id: string }>(
    `insert into journal_waits (id, namespace_id, execution_id, key, kind, name, match, child_id, due_at)
     select $1, $2, $3, $4, $5, $6, $7, $8, due_at from journal_entries
     where execution_id = $3 and key = $4 and state = ${JournalState.pending}
     on conflict (execution_id, key) do update set due_at = excluded.due_at, closed_at = null
     returning id`,
    [wait.id, wait.namespaceId, wait.executionId, wait.key, wait.kind, wait.name, wait.match, wait.childId],
  );
  return opened.rows[0]?.id;
}

/** Settled, or past its time, it is no more. A signed link names no namespace: there it is undefined. */
export async function findWait(
  database: Queryable,
  namespaceId: string | undefined,
  id: string,
): Promise<OutsideWait | undefined> {
  const found = await database.query<OutsideWait>(
    `select ${WAIT_COLUMNS} from journal_waits
     where id = $2 and ($1::uuid is null or namespace_id = $1) and due_at > now() and closed_at is null`,
    [namespaceId, id],
  );
  return found.rows[0];
}

/** What the namespace's runs wait for from outside, oldest first. */
export async function listWaits(
  database: Queryable,
  page: { namespaceId: string; kind: number | undefined; afterId: string | undefined; limit: number },
): Promise<OutsideWait[]> {
  const found = await database.query<OutsideWait>(
    `select ${WAIT_COLUMNS} from journal_waits
     where namespace_id = $1 and ($2::smallint is null or kind = $2) and ($3::uuid is null or id > $3)
       and due_at > now() and closed_at is null
     order by id limit $4`,
    [page.namespaceId, page.kind, page.afterId, page.limit],
  );
  return found.rows;
}

/** How many of a kind listWaits() would list. */
export async function countWaits(database: Queryable, namespaceId: string, kind: number): Promise<number> {
  const counted = await database.query<{ count: number }>(
    `select count(*)::integer as count from journal_waits
     where namespace_id = $1 and kind = $2 and due_at > now() and closed_at is null`,
    [namespaceId, kind],
  );
  return counted.rows[0]!.count;
}

/** But for those that another event has come to. In the order in which whoever locks several executions locks them. */
export async function listWaitsForEvent(
  transaction: Queryable,
  { namespaceId, name }: { namespaceId: string; name: Uint8Array },
): Promise<OutsideWait[]> {
  const found = await transaction.query<OutsideWait>(
    `select ${WAIT_COLUMNS} from journal_waits where namespace_id = $1 and name = $2 and kind = ${JournalKindNumber.event}
       and due_at > now() and event_id is null order by execution_id, key`,
    [namespaceId, name],
  );
  return found.rows;
}
