import { createHash } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";
import type { OutsideEvent } from "../../identity/outside-directory.ts";
import type { OutsideRules } from "./outside-rules.ts";
import { settleMemberships } from "./settle-memberships.ts";
import { takeEvent } from "./take-event.ts";

const HOUR_MS = 60 * 60_000;
/** What a provider keeps its events for, less a day: WorkOS has 30. */
const KEPT_MS = 29 * 24 * HOUR_MS;
/** A request that was signed is taken for minutes only; longer than any provider tries one again. */
const REMEMBERED_DAYS = 30;

interface Cursor {
  lastEvent: string | null;
  readUntil: Date;
  /** The rules that everybody's memberships were last made by. */
  settledBy?: string | null;
}

/** Takes every event since the last one that was read: a webhook that got lost is made good for here. */
export async function followEvents(rules: OutsideRules, { signal }: { signal: AbortSignal }): Promise<void> {
  let cursor = await readCursor(rules);
  await settleByNewRules(rules, cursor, signal);
  while (!signal.aborted) {
    const events = await listFrom(rules, cursor);
    for (const event of events) {
      if (signal.aborted) return;
      await takeEvent(rules, event);
      cursor = { lastEvent: event.id, readUntil: event.at };
      await writeCursor(rules, cursor);
    }
    if (events.length === 0) break;
  }
  await rules.database.query(
    "delete from outside_events where issuer = $1 and taken_at < now() - make_interval(days => $2)",
    [rules.directory.issuer, REMEMBERED_DAYS],
  );
}

/** Other organizations belong here than before, or other roles are given: that holds for everybody, and not for whoever changes next. */
async function settleByNewRules(
  rules: OutsideRules,
  { settledBy }: Cursor,
  signal: AbortSignal,
): Promise<void> {
  const { database, directory, organizations, roles } = rules;
  const written = JSON.stringify([organizations, Object.entries(roles).sort()]);
  const now = createHash("sha256").update(written).digest("hex");
  if (settledBy === now) return;
  const found = await database.query<{ subject: string }>(
    "select subject from outside_identities where issuer = $1 and not is_deleted order by subject",
    [directory.issuer],
  );
  for (const { subject } of found.rows) {
    if (signal.aborted) return;
    const moved = await database.transaction((transaction) => settleMemberships(transaction, rules, subject));
    await rules.onMoved(moved);
  }
  await database.query("update outside_cursors set settled_by = $2 where issuer = $1", [
    directory.issuer,
    now,
  ]);
}

async function listFrom(
  { directory }: OutsideRules,
  { lastEvent, readUntil }: Cursor,
): Promise<OutsideEvent[]> {
  const oldest = Date.now() - KEPT_MS;
  const since = { since: new Date(Math.max(readUntil.getTime(), oldest)) };
  // The provider does not keep it any more.
  if (lastEvent === null || readUntil.getTime() < oldest) return directory.listEvents(since);
  return directory.listEvents({ after: lastEvent }).catch((error: unknown) => {
    if (error instanceof FlowwError && error.code === "NOT_FOUND") return directory.listEvents(since);
    throw error;
  });
}

/** The first time there is nothing to make good for but what came while this server started. */
async function readCursor({ database, directory }: OutsideRules): Promise<Cursor> {
  const found = await database.query<Cursor>(
    `insert into outside_cursors (issuer, read_until) values ($1, now() - interval '1 hour')
     on conflict (issuer) do update set issuer = excluded.issuer
     returning last_event as "lastEvent", read_until as "readUntil", settled_by as "settledBy"`,
    [directory.issuer],
  );
  return found.rows[0]!;
}

async function writeCursor({ database, directory }: OutsideRules, cursor: Cursor): Promise<void> {
  await database.query("update outside_cursors set last_event = $2, read_until = $3 where issuer = $1", [
    directory.issuer,
    cursor.lastEvent,
    cursor.readUntil,
  ]);
}
