import { type Role, roles } from "@floww/contract/api";
import type { Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { Principal } from "./principal.ts";
import { hashToken, newToken } from "./secret-token.ts";

const KEY_PREFIX = "floww_sa_";

export interface NewApiKey {
  organizationId: string;
  name: string;
  role: Role;
  /** Who made it: it ends with their membership. */
  createdBy?: string;
  /** The key that it was made with: it then ends with whoever made that one. */
  madeWithKey?: string;
  expiresInDays?: number;
}

export interface ApiKey {
  id: string;
  name: string;
  role: Role;
  createdBy: string | null;
  createdAt: Date;
  expiresAt: Date | null;
}

const COLUMNS =
  'id, name, role, created_by as "createdBy", created_at as "createdAt", expires_at as "expiresAt"';
const IN_FORCE = "revoked_at is null and (expires_at is null or expires_at > now())";

/** Makes a key and returns it with its row; it is never shown again. */
export async function createApiKey(
  database: Queryable,
  { organizationId, name, role, createdBy, madeWithKey, expiresInDays }: NewApiKey,
): Promise<{ key: string; row: ApiKey }> {
  const key = newToken(KEY_PREFIX);
  const inserted = await database.query<ApiKey>(
    `insert into api_keys (id, organization_id, name, role, hash, created_by, expires_at)
     values ($1, $2, $3, $4, $5, coalesce($6, (select created_by from api_keys where id = $8)),
       now() + make_interval(days => $7::int)) returning ${COLUMNS}`,
    [newUuid(), organizationId, name, role, hashToken(key), createdBy, expiresInDays, madeWithKey],
  );
  return { key, row: inserted.rows[0]! };
}

/** The key's holder, or undefined for a key that is unknown, revoked or past its time. */
export async function findPrincipalByKey(database: Queryable, key: string): Promise<Principal | undefined> {
  return key.startsWith(KEY_PREFIX) ? findHolder(database, "hash", hashToken(key)) : undefined;
}

/** The same, for what was given out to the key's holder and ends with the key. */
export async function findPrincipalByKeyId(database: Queryable, id: string): Promise<Principal | undefined> {
  return findHolder(database, "id", id);
}

async function findHolder(
  database: Queryable,
  column: "hash" | "id",
  value: unknown,
): Promise<Principal | undefined> {
  const found = await database.query<{ id: string; organization_id: string; name: string; role: string }>(
    `select id, organization_id, name, role from api_keys
     where ${column} = $1 and ${IN_FORCE}
       and not exists (select from blocked_people where user_id = created_by)`,
    [value],
  );
  const row = found.rows[0];
  const role = roles.find((known) => known === row?.role);
  if (row === undefined || role === undefined) return undefined;
  const memberships = [{ organizationId: row.organization_id, role }];
  const { id, name } = row;
  return { kind: "key", id, name, isAdministrator: false, memberships, credential: { kind: "key" } };
}

export async function listApiKeys(database: Queryable, organizationId: string): Promise<ApiKey[]> {
  const found = await database.query<ApiKey>(
    `select ${COLUMNS} from api_keys
     where organization_id = $1 and ${IN_FORCE} order by id desc`,
    [organizationId],
  );
  return found.rows;
}

export type OwnKey = ApiKey & { organizationId: string };

/** Those that the person made, of every organization. */
export async function listKeysMadeBy(database: Queryable, userId: string): Promise<OwnKey[]> {
  const found = await database.query<OwnKey>(
    `select ${COLUMNS}, organization_id as "organizationId" from api_keys
     where created_by = $1 and ${IN_FORCE} order by id desc`,
    [userId],
  );
  return found.rows;
}

/** The organization that it was for; undefined when the person made no such key that is in force. */
export async function revokeOwnKey(
  database: Queryable,
  userId: string,
  id: string,
): Promise<string | undefined> {
  const updated = await database.query<{ organizationId: string }>(
    `update api_keys set revoked_at = now() where created_by = $1 and id = $2 and ${IN_FORCE}
     returning organization_id as "organizationId"`,
    [userId, id],
  );
  return updated.rows[0]?.organizationId;
}

/** Undefined when the organization has no such key in force. */
export async function findApiKeyRole(
  database: Queryable,
  organizationId: string,
  id: string,
): Promise<Role | undefined> {
  const found = await database.query<{ role: Role }>(
    "select role from api_keys where organization_id = $1 and id = $2 and revoked_at is null",
    [organizationId, id],
  );
  return found.rows[0]?.role;
}

export async function revokeApiKey(database: Queryable, organizationId: string, id: string): Promise<void> {
  await database.query(
    "update api_keys set revoked_at = now() where organization_id = $1 and id = $2 and revoked_at is null",
    [organizationId, id],
  );
}

/** A member who goes takes along the keys they made. */
export async function revokeKeysMadeBy(
  transaction: Queryable,
  organizationId: string,
  userId: string,
): Promise<void> {
  await transaction.query(
    "update api_keys set revoked_at = now() where organization_id = $1 and created_by = $2 and revoked_at is null",
    [organizationId, userId],
  );
}

/** Wherever they made them. Answers which those were. */
export async function revokeAllKeysMadeBy(transaction: Queryable, userId: string): Promise<string[]> {
  const revoked = await transaction.query<{ id: string }>(
    "update api_keys set revoked_at = now() where created_by = $1 and revoked_at is null returning id",
    [userId],
  );
  return revoked.rows.map(({ id }) => id);
}
