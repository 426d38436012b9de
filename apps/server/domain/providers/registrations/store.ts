import type { Queryable } from "../../../platform/db/database.ts";
import type { SealedRecord } from "../../secrets/vault.ts";

export interface Registration extends SealedRecord {
  id: string;
  namespaceId: string;
  providerId: string;
  target: string;
  events: string[];
  vendorId: string | null;
  failure: string | null;
  checkedAt: Date | null;
}

const COLUMNS = `id, namespace_id as "namespaceId", provider_id as "providerId", target, events, vendor_id as "vendorId",
  key_id as "keyId", sealed, failure, checked_at as "checkedAt"`;

export async function listRegistrations(database: Queryable, providerId: string): Promise<Registration[]> {
  const found = await database.query<Registration>(
    `select ${COLUMNS} from registrations where provider_id = $1 order by target`,
    [providerId],
  );
  return found.rows;
}

export async function findRegistration(
  database: Queryable,
  providerId: string,
  id: string,
): Promise<Registration | undefined> {
  const found = await database.query<Registration>(
    `select ${COLUMNS} from registrations where provider_id = $1 and id = $2`,
    [providerId, id],
  );
  return found.rows[0];
}

export type NewRegistration = Omit<Registration, "vendorId" | "failure" | "checkedAt">;

export async function insertRegistration(database: Queryable, row: NewRegistration): Promise<Registration> {
  const inserted = await database.query<Registration>(
    `insert into registrations (id, namespace_id, provider_id, target, events, key_id, sealed)
     values ($1, $2, $3, $4, $5, $6, $7) returning ${COLUMNS}`,
    [row.id, row.namespaceId, row.providerId, row.target, row.events, row.keyId, row.sealed],
  );
  return inserted.rows[0]!;
}

/** It is at the vendor as the row says. */
export async function markRegistered(
  database: Queryable,
  id: string,
  { vendorId, events }: { vendorId: string; events: readonly string[] },
): Promise<void> {
  await database.query(
    "update registrations set vendor_id = $2, events = $3, failure = null, checked_at = now() where id = $1",
    [id, vendorId, events],
  );
}

export async function markRegistrationFailed(
  database: Queryable,
  id: string,
  failure: string,
): Promise<void> {
  await database.query("update registrations set failure = $2, checked_at = now() where id = $1", [
    id,
    failure,
  ]);
}

export async function removeRegistration(database: Queryable, id: string): Promise<void> {
  await database.query("delete from registrations where id = $1", [id]);
}

/** Providers with webhooks at the vendor that nobody has looked at for so long; looking is taken on by asking. */
export async function claimUnchecked(
  database: Queryable,
  olderThanMs: number,
): Promise<{ namespaceId: string; providerId: string }[]> {
  const claimed = await database.query<{ namespaceId: string; providerId: string }>(
    `update registrations set checked_at = now()
     where id in (
       select id from registrations
       where checked_at is null or checked_at < now() - $1 * interval '1 millisecond'
       for update skip locked limit 100)
     returning namespace_id as "namespaceId", provider_id as "providerId"`,
    [olderThanMs],
  );
  const seen = new Map(claimed.rows.map((row) => [row.providerId, row]));
  return [...seen.values()];
}

/** One at a time in the whole installation: two that create the same webhook would leave one behind. */
export async function lockRegistrations(transaction: Queryable, providerId: string): Promise<void> {
  await transaction.query("select pg_advisory_xact_lock(hashtextextended('registrations:' || $1::text, 0))", [
    providerId,
  ]);
}
