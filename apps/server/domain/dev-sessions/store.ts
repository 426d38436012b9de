import { type Manifest, manifest as manifestSchema } from "@floww/contract/manifest";
import type { Database, Queryable } from "../../platform/db/database.ts";

/** A laptop that gave no sign for this long is away: it keeps in touch every five seconds. */
export const AWAY_AFTER_MS = 15_000;

export interface DevSession {
  id: string;
  namespaceId: string;
  workflowId: string;
  subject: string;
  key: string;
  manifest: Manifest;
  /** The terminal that has it; null while none does. */
  clientId: string | null;
  isDebugging: boolean;
  /** It wants what the live version gets. */
  isTapping: boolean;
  /** Grows with each change of what stands here. */
  generation: number;
}

interface DevSessionRow extends Omit<DevSession, "manifest"> {
  manifest: Buffer;
}

const COLUMNS = `id, namespace_id as "namespaceId", workflow_id as "workflowId", subject, key, manifest,
  client_id as "clientId", is_debugging as "isDebugging", is_tapping as "isTapping", generation`;

function fromRow(row: DevSessionRow): DevSession {
  return { ...row, manifest: manifestSchema.parse(JSON.parse(row.manifest.toString("utf8"))) };
}

/**
 * Makes the session, or gives it to this terminal with another manifest; id and key stay. `tookOver`: another terminal had
 * it, and was seen within AWAY_AFTER_MS.
 */
export function openDevSession(
  database: Database,
  session: Omit<DevSession, "generation">,
): Promise<{ session: DevSession; tookOver: boolean }> {
  return database.transaction(async (transaction) => {
    const held = await transaction.query<{ isAnothers: boolean }>(
      `select client_id is not null and client_id <> $3 and seen_at > now() - interval '${AWAY_AFTER_MS} ms' as "isAnothers"
       from dev_sessions where workflow_id = $1 and subject = $2 for update`,
      [session.workflowId, session.subject, session.clientId],
    );
    const opened = await transaction.query<DevSessionRow>(
      `insert into dev_sessions
         (id, namespace_id, workflow_id, subject, key, manifest, client_id, is_debugging, is_tapping)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       on conflict (workflow_id, subject) do update set manifest = excluded.manifest, opened_at = now(), seen_at = now(),
         client_id = excluded.client_id, is_debugging = excluded.is_debugging, is_tapping = excluded.is_tapping,
         generation = dev_sessions.generation + 1
       returning ${COLUMNS}`,
      [
        session.id,
        session.namespaceId,
        session.workflowId,
        session.subject,
        session.key,
        Buffer.from(JSON.stringify(session.manifest)),
        session.clientId,
        session.isDebugging,
        session.isTapping,
      ],
    );
    return { session: fromRow(opened.rows[0]!), tookOver: held.rows[0]?.isAnothers === true };
  });
}

/** The laptop gave a sign. The session's generation, or undefined when this terminal does not have it (any more). */
export async function markDevSessionSeen(
  database: Queryable,
  id: string,
  clientId: string,
): Promise<number | undefined> {
  const marked = await database.query<{ generation: number }>(
    "update dev_sessions set seen_at = now() where id = $1 and client_id = $2 returning generation",
    [id, clientId],
  );
  return marked.rows[0]?.generation;
}

/** The terminal leaves it. False when it does not have it (any more). */
export async function releaseDevSession(database: Queryable, id: string, clientId: string): Promise<boolean> {
  const released = await database.query(
    "update dev_sessions set client_id = null, generation = generation + 1 where id = $1 and client_id = $2",
    [id, clientId],
  );
  return released.rowCount === 1;
}

/** Every terminal's. */
export async function releaseAllDevSessions(database: Queryable): Promise<void> {
  await database.query(
    "update dev_sessions set client_id = null, generation = generation + 1 where client_id is not null",
  );
}

/** Addresses still take events, on whatever server: their laptop was seen within the time that events wait. */
const IS_RECENT = "seen_at > now() - make_interval(hours => $1)";

export async function listRecentDevSessions(
  database: Queryable,
  waitHours: number,
  namespaceId?: string,
): Promise<DevSession[]> {
  const found = await database.query<DevSessionRow>(
    `select ${COLUMNS} from dev_sessions where ${IS_RECENT} and ($2::uuid is null or namespace_id = $2)`,
    [waitHours, namespaceId],
  );
  return found.rows.map(fromRow);
}

/** What a server looks at again and again: which sessions have changed, and when each was seen. */
export async function listDevSessionSigns(
  database: Queryable,
  waitHours: number,
): Promise<{ id: string; generation: number; seenMsAgo: number }[]> {
  const found = await database.query<{ id: string; generation: number; seenMsAgo: number }>(
    `select id, generation, (extract(epoch from now() - seen_at) * 1000)::float8 as "seenMsAgo"
     from dev_sessions where ${IS_RECENT}`,
    [waitHours],
  );
  return found.rows;
}

/** Those of these ids and keys whose addresses still take events. */
export async function findRecentDevSessions(
  database: Queryable,
  waitHours: number,
  { ids = [], keys = [] }: { ids?: readonly string[]; keys?: readonly string[] },
): Promise<(DevSession & { seenMsAgo: number })[]> {
  const found = await database.query<DevSessionRow & { seenMsAgo: number }>(
    `select ${COLUMNS}, (extract(epoch from now() - seen_at) * 1000)::float8 as "seenMsAgo"
     from dev_sessions where ${IS_RECENT} and (id = any($2::uuid[]) or key = any($3::text[]))`,
    [waitHours, ids, keys],
  );
  return found.rows.map((row) => ({ ...fromRow(row), seenMsAgo: row.seenMsAgo }));
}
