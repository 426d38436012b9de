import type { Role } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { hashToken, newToken } from "../identity/secret-token.ts";
import { addMember, listMembers } from "./memberships.ts";

const EXPIRES_DAYS = 7;

export interface Invitation {
  id: string;
  email: string;
  role: Role;
  invitedBy: string;
  createdAt: Date;
  expiresAt: Date;
}

const COLUMNS =
  'id, email, role, invited_by as "invitedBy", created_at as "createdAt", expires_at as "expiresAt"';
const IN_FORCE = "accepted_at is null and revoked_at is null and expires_at > now()";

export interface NewInvitation {
  organizationId: string;
  email: string;
  role: Role;
  invitedBy: string;
}

/** The token is in the answer only. An earlier invitation of the same person ends. @throws FlowwError STATE_CONFLICT */
export function createInvitation(
  database: Database,
  invitation: NewInvitation,
): Promise<{ token: string; row: Invitation }> {
  return database.transaction((transaction) => insertInvitation(transaction, invitation));
}

/** The same, as a part of something greater. @throws FlowwError STATE_CONFLICT */
export async function insertInvitation(
  transaction: Queryable,
  { organizationId, email, role, invitedBy }: NewInvitation,
): Promise<{ token: string; row: Invitation }> {
  const address = email.toLowerCase();
  const members = await listMembers(transaction, organizationId);
  if (members.some((member) => member.email === address))
    throw new FlowwError("STATE_CONFLICT", `${address} is a member already.`);
  await transaction.query(
    `update invitations set revoked_at = now() where organization_id = $1 and email = $2 and ${IN_FORCE}`,
    [organizationId, address],
  );
  const token = newToken("floww_inv_");
  const inserted = await transaction.query<Invitation>(
    `insert into invitations (id, organization_id, email, role, token_hash, invited_by, expires_at)
     values ($1, $2, $3, $4, $5, $6, now() + make_interval(days => $7)) returning ${COLUMNS}`,
    [newUuid(), organizationId, address, role, hashToken(token), invitedBy, EXPIRES_DAYS],
  );
  return { token, row: inserted.rows[0]! };
}

export async function listInvitations(database: Queryable, organizationId: string): Promise<Invitation[]> {
  const found = await database.query<Invitation>(
    `select ${COLUMNS} from invitations where organization_id = $1 and ${IN_FORCE} order by id desc`,
    [organizationId],
  );
  return found.rows;
}

/** True when it was in force. */
export async function revokeInvitation(
  database: Queryable,
  organizationId: string,
  id: string,
): Promise<boolean> {
  const updated = await database.query(
    `update invitations set revoked_at = now() where organization_id = $1 and id = $2 and ${IN_FORCE}`,
    [organizationId, id],
  );
  return updated.rowCount === 1;
}

export interface OpenInvitation {
  email: string;
  role: Role;
  organizationId: string;
  organizationName: string;
}

/** @throws FlowwError INVITATION_INVALID */
export async function getOpenInvitation(database: Queryable, token: string): Promise<OpenInvitation> {
  const found = await database.query<OpenInvitation>(
    `select email, role, organization_id as "organizationId", organizations.name as "organizationName"
     from invitations join organizations on organizations.id = organization_id
     where token_hash = $1 and ${IN_FORCE}`,
    [hashToken(token)],
  );
  if (found.rows[0] === undefined) throw new FlowwError("INVITATION_INVALID");
  return found.rows[0];
}

/** Good once, and only for the address it was made out to. @throws FlowwError INVITATION_INVALID, STATE_CONFLICT */
export async function acceptInvitation(
  transaction: Queryable,
  { token, userId, email }: { token: string; userId: string; email: string },
): Promise<{ organizationId: string }> {
  const used = await transaction.query<{ organizationId: string; role: Role }>(
    `update invitations set accepted_at = now() where token_hash = $1 and email = lower($2) and ${IN_FORCE}
     returning organization_id as "organizationId", role`,
    [hashToken(token), email],
  );
  const row = used.rows[0];
  if (row === undefined) throw new FlowwError("INVITATION_INVALID");
  await addMember(transaction, { ...row, userId });
  return { organizationId: row.organizationId };
}
