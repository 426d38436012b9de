import { type Manifest, manifest as manifestSchema } from "@floww/contract/manifest";
import type { Queryable } from "../../platform/db/database.ts";

export interface DevSession {
  id: string;
  namespaceId: string;
  workflowId: string;
  subject: string;
  key: string;
  manifest: Manifest;
}

interface DevSessionRow extends Omit<DevSession, "manifest"> {
  manifest: Buffer;
}

const COLUMNS = `id, namespace_id as "namespaceId", workflow_id as "workflowId", subject, key, manifest`;

function fromRow(row: DevSessionRow): DevSession {
  return { ...row, manifest: manifestSchema.parse(JSON.parse(row.manifest.toString("utf8"))) };
}

/** Makes the session, or gives it another manifest; id and key stay. */
export async function upsertDevSession(database: Queryable, session: DevSession): Promise<DevSession> {
  const upserted = await database.query<DevSessionRow>(
    `insert into dev_sessions (id, namespace_id, workflow_id, subject, key, manifest)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (workflow_id, subject) do update set manifest = excluded.manifest, opened_at = now(), seen_at = now()
     returning ${COLUMNS}`,
    [
      session.id,
      session.namespaceId,
      session.workflowId,
      session.subject,
      session.key,
      Buffer.from(JSON.stringify(session.manifest)),
    ],
  );
  return fromRow(upserted.rows[0]!);
}

export async function markDevSessionSeen(database: Queryable, id: string): Promise<void> {
  await database.query("update dev_sessions set seen_at = now() where id = $1", [id]);
}

/** Sessions whose addresses still take events, on whatever server: their laptop was seen within the time that events wait. */
export async function listRecentDevSessions(
  database: Queryable,
  waitHours: number,
  namespaceId?: string,
): Promise<DevSession[]> {
  const found = await database.query<DevSessionRow>(
    `select ${COLUMNS} from dev_sessions
     where seen_at > now() - make_interval(hours => $1) and ($2::uuid is null or namespace_id = $2)`,
    [waitHours, namespaceId],
  );
  return found.rows.map(fromRow);
}
