import type { Database, Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { startCliSession, type TokenPair } from "./cli-sessions.ts";
import { isBlocked } from "./refuse-blocked.ts";
import { hashToken, newToken } from "./secret-token.ts";
import { macOfUserCode, newUserCode } from "./user-code.ts";

/** Clients that may ask: the CLI is a public client, known by its id alone. */
export const deviceClients: ReadonlyMap<string, string> = new Map([["floww-cli", "Floww command line"]]);

export const EXPIRES_SECONDS = 15 * 60;
export const INTERVAL_SECONDS = 5;
const SLOW_DOWN_SECONDS = 5;
/** A client that waits exactly as told may still seem early, by what the network took the time before. */
const TOLERANCE_SECONDS = 0.5;

export interface StartedDevice {
  deviceCode: string;
  userCode: string;
}

/** The client's first step; `macKey` keeps the user code from being guessed out of a dump. */
export async function startDeviceAuthorization(
  database: Queryable,
  { clientId, address, macKey }: { clientId: string; address: string; macKey: Buffer },
): Promise<StartedDevice> {
  // What is long over makes room here, for nobody reads it any more.
  await database.query("delete from device_authorizations where expires_at < now() - interval '1 day'");
  const deviceCode = newToken("floww_dc_");
  for (;;) {
    const userCode = newUserCode();
    const inserted = await database.query(
      `insert into device_authorizations
         (id, device_code_hash, user_code_mac, client_id, address, interval_seconds, expires_at)
       values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
       on conflict (user_code_mac) do nothing`,
      [
        newUuid(),
        hashToken(deviceCode),
        macOfUserCode(macKey, userCode),
        clientId,
        address,
        INTERVAL_SECONDS,
        EXPIRES_SECONDS,
      ],
    );
    if (inserted.rowCount === 1) return { deviceCode, userCode };
  }
}

/** The error codes of RFC 8628, 3.5, and the one of RFC 6749 for a code that is unknown or was used. */
export type PollProblem =
  | "authorization_pending"
  | "slow_down"
  | "access_denied"
  | "expired_token"
  | "invalid_grant";

interface PolledRow {
  id: string;
  state: "pending" | "approved" | "denied" | "redeemed";
  userId: string | null;
  address: string;
  isExpired: boolean;
  isEarly: boolean;
}

/** The client asks whether the person has decided. Of two that race after an approval, one gets the tokens. */
export function pollDeviceAuthorization(
  database: Database,
  { deviceCode, clientId }: { deviceCode: string; clientId: string },
): Promise<TokenPair | PollProblem> {
  return database.transaction(async (transaction) => {
    const row = await lockPolled(transaction, { deviceCode, clientId });
    if (row === undefined || row.state === "redeemed") return "invalid_grant";
    if (row.isExpired) return "expired_token";
    if (row.state === "denied") return "access_denied";
    await transaction.query(
      `update device_authorizations
       set polled_at = clock_timestamp(), interval_seconds = interval_seconds + $2 where id = $1`,
      [row.id, row.isEarly ? SLOW_DOWN_SECONDS : 0],
    );
    if (row.isEarly) return "slow_down";
    if (row.state === "pending" || row.userId === null) return "authorization_pending";
    if (await isBlocked(transaction, row.userId)) return "access_denied";
    await transaction.query("update device_authorizations set state = 'redeemed' where id = $1", [row.id]);
    return startCliSession(transaction, { userId: row.userId, clientId, address: row.address });
  });
}

async function lockPolled(
  transaction: Queryable,
  { deviceCode, clientId }: { deviceCode: string; clientId: string },
): Promise<PolledRow | undefined> {
  const found = await transaction.query<PolledRow>(
    `select id, state, user_id as "userId", address, expires_at <= clock_timestamp() as "isExpired",
       coalesce(clock_timestamp() < polled_at + make_interval(secs => interval_seconds - $3::float8), false) as "isEarly"
     from device_authorizations where device_code_hash = $1 and client_id = $2 for update`,
    [hashToken(deviceCode), clientId, TOLERANCE_SECONDS],
  );
  return found.rows[0];
}

export interface PendingDevice {
  clientId: string;
  address: string;
  createdAt: Date;
}

/** What a person is asked to approve: only what waits for a decision. */
export async function findPendingDevice(
  database: Queryable,
  { macKey, userCode }: { macKey: Buffer; userCode: string },
): Promise<PendingDevice | undefined> {
  const found = await database.query<PendingDevice>(
    `select client_id as "clientId", address, created_at as "createdAt" from device_authorizations
     where user_code_mac = $1 and state = 'pending' and expires_at > now()`,
    [macOfUserCode(macKey, userCode)],
  );
  return found.rows[0];
}

/** True when it was this decision that decided. */
export async function decideDevice(
  database: Queryable,
  decision: { macKey: Buffer; userCode: string; userId: string; isApproved: boolean },
): Promise<boolean> {
  const updated = await database.query(
    `update device_authorizations set state = $2, user_id = $3
     where user_code_mac = $1 and state = 'pending' and expires_at > now()`,
    [
      macOfUserCode(decision.macKey, decision.userCode),
      decision.isApproved ? "approved" : "denied",
      decision.userId,
    ],
  );
  return updated.rowCount === 1;
}
