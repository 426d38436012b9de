import { createHash, randomBytes } from "node:crypto";
import { type Role, roles } from "@floww/contract/api";
import type { Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { Principal } from "./principal.ts";

/** 32 random bytes need no slow hash: there is nothing to guess. */
const KEY_BYTES = 32;
const KEY_PREFIX = "floww_sa_";

export interface NewApiKey {
  organizationId: string;
  name: string;
  role: Role;
}

/** Makes a key and returns it; it is never shown again. */
export async function createApiKey(
  database: Queryable,
  { organizationId, name, role }: NewApiKey,
): Promise<string> {
  const key = KEY_PREFIX + randomBytes(KEY_BYTES).toString("base64url");
  await database.query(
    "insert into api_keys (id, organization_id, name, role, hash) values ($1, $2, $3, $4, $5)",
    [newUuid(), organizationId, name, role, hashOf(key)],
  );
  return key;
}

/** The key's holder, or undefined for a key that is unknown, revoked or past its time. */
export async function findPrincipalByKey(database: Queryable, key: string): Promise<Principal | undefined> {
  if (!key.startsWith(KEY_PREFIX)) return undefined;
  const found = await database.query<{ id: string; organization_id: string; name: string; role: string }>(
    `select id, organization_id, name, role from api_keys
     where hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
    [hashOf(key)],
  );
  const row = found.rows[0];
  const role = roles.find((known) => known === row?.role);
  if (row === undefined || role === undefined) return undefined;
  return { kind: "key", id: row.id, name: row.name, organizationId: row.organization_id, role };
}

function hashOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
