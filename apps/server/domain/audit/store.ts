import type { Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";

export interface NewAuditEntry {
  organizationId: string | undefined;
  actor: { kind: "user" | "key" | "nobody"; id?: string; name: string };
  action: string;
  /** Public ids by what they are. */
  subjects: Record<string, string>;
  address: string;
}

export interface AuditEntry {
  id: string;
  actorKind: "user" | "key" | "nobody";
  actorId: string | null;
  actorName: string;
  action: string;
  subjects: Record<string, string>;
  address: string;
  at: Date;
}

const COLUMNS = `id, actor_kind as "actorKind", actor_id as "actorId", actor_name as "actorName", action, subjects, address, at`;

export async function appendAudit(database: Queryable, entry: NewAuditEntry): Promise<void> {
  await database.query(
    `insert into audit_entries (id, organization_id, actor_kind, actor_id, actor_name, action, subjects, address)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      newUuid(),
      entry.organizationId,
      entry.actor.kind,
      entry.actor.id,
      entry.actor.name,
      entry.action,
      JSON.stringify(entry.subjects),
      entry.address,
    ],
  );
}

/** Of the whole server, whichever organization it was in. */
export async function listAllAudit(
  database: Queryable,
  { beforeId, limit }: { beforeId: string | undefined; limit: number },
): Promise<AuditEntry[]> {
  const found = await database.query<AuditEntry>(
    `select ${COLUMNS} from audit_entries where $1::uuid is null or id < $1 order by id desc limit $2`,
    [beforeId, limit],
  );
  return found.rows;
}

/** The organization's own entries, and what its present members did outside of any; not what they did as administrators. */
export async function listAudit(
  database: Queryable,
  page: { organizationId: string; beforeId: string | undefined; limit: number },
): Promise<AuditEntry[]> {
  const found = await database.query<AuditEntry>(
    `select ${COLUMNS} from audit_entries
     where ($2::uuid is null or id < $2) and (organization_id = $1 or (organization_id is null
       and action not like 'admin%' and actor_id in (select user_id from memberships where memberships.organization_id = $1)))
     order by id desc limit $3`,
    [page.organizationId, page.beforeId, page.limit],
  );
  return found.rows;
}
