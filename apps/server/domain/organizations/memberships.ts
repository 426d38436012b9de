import { isRoleAtMost, type Role } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { revokeKeysMadeBy } from "../identity/api-keys.ts";
import { endAllSessions } from "../identity/browser-sessions.ts";
import type { Principal } from "../identity/principal.ts";

export interface Member {
  userId: string;
  name: string;
  email: string;
  role: Role;
  joinedAt: Date;
}

type Known = Required<Pick<Principal, "name" | "email" | "isAdministrator" | "memberships">>;

/** A person with what they belong to, read anew for each request: a removal holds at once. Nobody, while they are blocked. */
export async function findUserPrincipal(
  database: Queryable,
  userId: string,
): Promise<Omit<Principal, "credential"> | undefined> {
  const found = await database.query<Known>(
    `select name, email, exists (select from administrators where user_id = users.id) as "isAdministrator", coalesce(
       (select json_agg(json_build_object('organizationId', organization_id, 'role', role) order by joined_at)
        from memberships where user_id = users.id), '[]') as memberships
     from users where id = $1 and not exists (select from blocked_people where user_id = users.id)`,
    [userId],
  );
  const row = found.rows[0];
  return row === undefined ? undefined : { kind: "user", id: userId, ...row };
}

export async function listMembers(database: Queryable, organizationId: string): Promise<Member[]> {
  const found = await database.query<Member>(
    `select user_id as "userId", name, email, role, joined_at as "joinedAt"
     from memberships join users on users.id = user_id where organization_id = $1 order by joined_at, user_id`,
    [organizationId],
  );
  return found.rows;
}

/** @throws FlowwError STATE_CONFLICT for somebody who is a member already */
export async function addMember(
  transaction: Queryable,
  { organizationId, userId, role }: { organizationId: string; userId: string; role: Role },
): Promise<void> {
  const inserted = await transaction.query(
    `insert into memberships (organization_id, user_id, role) values ($1, $2, $3) on conflict do nothing`,
    [organizationId, userId, role],
  );
  if (inserted.rowCount === 0)
    throw new FlowwError("STATE_CONFLICT", "You are a member of this organization already.");
}

/** Whose role or membership changes, and the role of whoever changes it. */
export interface MemberChange {
  organizationId: string;
  userId: string;
  actorRole: Role;
}

/** @throws FlowwError NOT_FOUND, FORBIDDEN, STATE_CONFLICT for the last owner */
export function changeMemberRole(database: Database, change: MemberChange & { role: Role }): Promise<Member> {
  return database.transaction(async (transaction) => {
    refuseAbove(change.role, change.actorRole);
    const members = await lockMember(transaction, change);
    if (change.role !== "owner") refuseLastOwner(members, change.userId);
    await transaction.query("update memberships set role = $3 where organization_id = $1 and user_id = $2", [
      change.organizationId,
      change.userId,
      change.role,
    ]);
    const changed = await listMembers(transaction, change.organizationId);
    return changed.find(({ userId }) => userId === change.userId)!;
  });
}

/** Their keys for this organization end, and their sessions when they belong nowhere any more. */
export function removeMember(database: Database, change: MemberChange): Promise<void> {
  return database.transaction(async (transaction) => {
    const { organizationId, userId } = change;
    const members = await lockMember(transaction, change);
    refuseLastOwner(members, userId);
    await endMembership(transaction, { organizationId, userId });
  });
}

/** Keys made by them for this organization end, and their sessions when they belong nowhere any more. */
export async function endMembership(
  transaction: Queryable,
  { organizationId, userId }: { organizationId: string; userId: string },
): Promise<void> {
  await transaction.query("delete from memberships where organization_id = $1 and user_id = $2", [
    organizationId,
    userId,
  ]);
  await revokeKeysMadeBy(transaction, organizationId, userId);
  const left = await transaction.query("select from memberships where user_id = $1", [userId]);
  if (left.rowCount === 0) await endAllSessions(transaction, userId);
}

type Locked = { userId: string; role: Role }[];

/** Locks the organization's members: of two owners who remove each other at once, the second finds himself the last. */
async function lockMember(
  transaction: Queryable,
  { organizationId, userId, actorRole }: MemberChange,
): Promise<Locked> {
  const found = await transaction.query<Locked[number]>(
    `select user_id as "userId", role from memberships where organization_id = $1 order by user_id for update`,
    [organizationId],
  );
  const member = found.rows.find((row) => row.userId === userId);
  if (member === undefined)
    throw new FlowwError("NOT_FOUND", "There is no such member in this organization.");
  refuseAbove(member.role, actorRole);
  return found.rows;
}

/** Nobody gives a role above their own, or takes one away. @throws FlowwError FORBIDDEN */
export function refuseAbove(role: Role, actorRole: Role): void {
  if (isRoleAtMost(role, actorRole)) return;
  throw new FlowwError(
    "FORBIDDEN",
    `The role "${actorRole}" may not give, change or end the role "${role}".`,
  );
}

function refuseLastOwner(members: Locked, userId: string): void {
  const owners = members.filter(({ role }) => role === "owner");
  if (owners.length !== 1 || owners[0]?.userId !== userId) return;
  throw new FlowwError("STATE_CONFLICT", "This is the last owner of the organization.", {
    fix: "Make somebody else an owner first.",
  });
}
