import type { Queryable } from "../../../platform/db/database.ts";
import { sealedUnderLiveKey } from "../../secrets/keys/sealed-under-live-key.ts";
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
  const inserted = await sealedUnderLiveKey(
    database.query<Registration>(
      `insert into registrations (id, namespace_id, provider_id, target, events, key_id, sealed)
     values ($1, $2, $3, $4, $5, $6, $7) returning ${COLUMNS}`,
      [row.id, row.namespaceId, row.providerId, row.target, row.events, row.keyId, row.sealed],
    ),
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

/** Registrations whose missed deliveries nobody has looked for so long; looking is taken on by asking. */
export async function claimUnrecovered(
  database: Queryable,
  olderThanMs: number,
): Promise<(Registration & { recoveredUntil: Date | null })[]> {
  const claimed = await database.query<Registration & { recoveredUntil: Date | null }>(
    `update registrations set recovery_began_at = now()
     where id in (
       select id from registrations
       where vendor_id is not null
         and (recovery_began_at is null or recovery_began_at < now() - $1 * interval '1 millisecond')
       for update skip locked limit 100)
     returning ${COLUMNS}, recovered_until as "recoveredUntil"`,
    [olderThanMs],
  );
  return claimed.rows;
}

export async function markRecovered(database: Queryable, id: string, untilMs: number): Promise<void> {
  await database.query("update registrations set recovered_until = $2 where id = $1", [
    id,
    new Date(untilMs),
  ]);
}

/** True when it may be asked for (again): not too often, and not while an answer may be on its way. */
export async function noteMissed(
  database: Queryable,
  { registrationId, deliveryId }: { registrationId: string; deliveryId: string },
  { askedMax, pauseMs }: { askedMax: number; pauseMs: number },
): Promise<boolean> {
  const noted = await database.query(
    `insert into missed_deliveries as missed (registration_id, delivery_id) values ($1, $2)
     on conflict (registration_id, delivery_id) do update set asked = missed.asked + 1, asked_at = now()
     where missed.asked < $3 and missed.asked_at < now() - $4 * interval '1 millisecond'`,
    [registrationId, deliveryId, askedMax, pauseMs],
  );
  return noted.rowCount === 1;
}

export async function forgetMissed(database: Queryable, olderThanDays: number): Promise<void> {
  await database.query("delete from missed_deliveries where asked_at < now() - make_interval(days => $1)", [
    olderThanDays,
  ]);
}

/** One at a time in the whole installation: two that create the same webhook would leave one behind. */
export async function lockRegistrations(transaction: Queryable, providerId: string): Promise<void> {
  await transaction.query("select pg_advisory_xact_lock(hashtextextended('registrations:' || $1::text, 0))", [
    providerId,
  ]);
}
