import type { Role } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { grantAdministrator, revokeAdministrator } from "../identity/administrators.ts";
import { blockPerson, unblockPerson } from "../identity/blocked-people.ts";
import { type AdminPage, containsPattern } from "./page.ts";

export interface AdminPerson {
  id: string;
  name: string;
  email: string;
  createdAt: Date;
  isAdministrator: boolean;
  blockedAt: Date | null;
  /** As far as their sessions tell, which are not written at each request. */
  lastSeenAt: Date | null;
  organizations: { id: string; name: string; role: Role }[];
}

const COLUMNS = `users.id, users.name, email, users.created_at as "createdAt",
  exists (select from administrators where user_id = users.id) as "isAdministrator",
  (select blocked_at from blocked_people where user_id = users.id) as "blockedAt",
  greatest((select max(updated_at) from sessions where user_id = users.id),
    (select max(last_used_at) from cli_sessions where user_id = users.id)) as "lastSeenAt",
  coalesce((select json_agg(json_build_object('id', organizations.id, 'name', organizations.name, 'role', role)
      order by joined_at, organizations.id)
    from memberships join organizations on organizations.id = organization_id where user_id = users.id), '[]')
    as organizations`;

/** Everybody with an account, newest first. */
export async function listPeople(
  database: Queryable,
  { beforeId, limit, search }: AdminPage,
): Promise<AdminPerson[]> {
  const found = await database.query<AdminPerson>(
    `select ${COLUMNS} from users
     where ($1::uuid is null or users.id < $1) and ($2::text is null or users.name ilike $2 or email ilike $2)
     order by users.id desc limit $3`,
    [beforeId, containsPattern(search), limit],
  );
  return found.rows;
}

export interface PersonChange {
  userId: string;
  /** Who asks. */
  byUserId: string;
  isAdministrator: boolean | undefined;
  isBlocked: boolean | undefined;
}

/** `cutOff`: whose live connections end with it. @throws FlowwError NOT_FOUND, STATE_CONFLICT for the last administrator and for whoever blocks themselves */
export function changePerson(
  database: Database,
  { userId, byUserId, isAdministrator, isBlocked }: PersonChange,
): Promise<{ person: AdminPerson; cutOff: string[] }> {
  return database.transaction(async (transaction) => {
    const found = await transaction.query("select from users where id = $1 for no key update", [userId]);
    if (found.rowCount === 0) throw new FlowwError("NOT_FOUND", "There is no such person.");
    if (isBlocked === true && userId === byUserId)
      throw new FlowwError("STATE_CONFLICT", "Nobody blocks themselves.", {
        fix: "Ask another administrator, or sign out.",
      });
    if (isBlocked === false) await unblockPerson(transaction, userId);
    if (isAdministrator === true) await grantAdministrator(transaction, userId);
    if (isAdministrator === false) await revokeAdministrator(transaction, userId);
    const keyIds = isBlocked === true ? await blockPerson(transaction, userId) : [];
    const changed = await transaction.query<AdminPerson>(`select ${COLUMNS} from users where id = $1`, [
      userId,
    ]);
    const subjects = [`user:${userId}`, ...keyIds.map((id) => `key:${id}`)];
    return { person: changed.rows[0]!, cutOff: isBlocked === true ? subjects : [] };
  });
}
