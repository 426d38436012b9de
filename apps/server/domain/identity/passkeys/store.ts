import { FlowwError } from "@floww/contract/errors";
import { isUniqueViolation, type Queryable } from "../../../platform/db/database.ts";
import { newUuid } from "../../../platform/uuid-v7.ts";

export interface Passkey {
  id: string;
  name: string;
  isSynced: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** What verifies a signature of it. */
export interface PasskeyCredential {
  credentialId: string;
  publicKey: Buffer;
  counter: number;
  transports: string[];
}

const COLUMNS = 'id, name, is_synced as "isSynced", created_at as "createdAt", last_used_at as "lastUsedAt"';

export async function listPasskeys(database: Queryable, userId: string): Promise<Passkey[]> {
  const found = await database.query<Passkey>(
    `select ${COLUMNS} from passkeys where user_id = $1 order by id desc`,
    [userId],
  );
  return found.rows;
}

/** @throws FlowwError STATE_CONFLICT for an authenticator that is known already */
export async function insertPasskey(
  database: Queryable,
  made: PasskeyCredential & { userId: string; name: string; isSynced: boolean },
): Promise<Passkey> {
  const { userId, name, credentialId, publicKey, counter, transports, isSynced } = made;
  try {
    const inserted = await database.query<Passkey>(
      `insert into passkeys (id, user_id, name, credential_id, public_key, counter, transports, is_synced)
       values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${COLUMNS}`,
      [newUuid(), userId, name, credentialId, publicKey, counter, transports, isSynced],
    );
    return inserted.rows[0]!;
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw new FlowwError("STATE_CONFLICT", "This passkey is registered already.", { cause });
  }
}

export async function listCredentials(
  database: Queryable,
  userId: string,
): Promise<{ credentialId: string; transports: string[] }[]> {
  const found = await database.query<{ credentialId: string; transports: string[] }>(
    'select credential_id as "credentialId", transports from passkeys where user_id = $1',
    [userId],
  );
  return found.rows;
}

export type FoundPasskey = PasskeyCredential & { id: string; userId: string; userName: string };

export async function findPasskey(
  database: Queryable,
  credentialId: string,
): Promise<FoundPasskey | undefined> {
  const found = await database.query<FoundPasskey>(
    `select passkeys.id, user_id as "userId", users.name as "userName", credential_id as "credentialId",
       public_key as "publicKey", counter::float8 as counter, transports
     from passkeys join users on users.id = user_id where credential_id = $1`,
    [credentialId],
  );
  return found.rows[0];
}

/** False when it was used meanwhile with a count that is no lower: one of the two is a copy. */
export async function notePasskeyUse(
  database: Queryable,
  { id, counter }: { id: string; counter: number },
): Promise<boolean> {
  const updated = await database.query(
    `update passkeys set counter = $2, last_used_at = now()
     where id = $1 and (counter < $2 or (counter = 0 and $2 = 0))`,
    [id, counter],
  );
  return updated.rowCount === 1;
}

/** True when it was one of the person's. */
export async function deletePasskey(database: Queryable, userId: string, id: string): Promise<boolean> {
  const deleted = await database.query("delete from passkeys where user_id = $1 and id = $2", [userId, id]);
  return deleted.rowCount === 1;
}
