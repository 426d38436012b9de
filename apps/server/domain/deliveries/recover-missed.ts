import type { SentAttempt, VendorClient, VendorOutbox } from "@floww/providers/server";
import type { Queryable } from "../../platform/db/database.ts";
import { uuidFloor } from "../../platform/uuid-v7.ts";
import { markRecovered, noteMissed, type Registration } from "../providers/registrations/store.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** GitHub sends nothing again that is older. */
const LOOK_BACK_MS = 3 * DAY_MS;
/** Younger ones may be on their way right now. */
const SETTLED_AFTER_MS = 2 * MINUTE_MS;
/** Clocks of the vendor's and ours differ; what is looked at twice costs nothing. */
const OVERLAP_MS = 5 * MINUTE_MS;
/** So many are asked for in one look, and each so often in all. */
const ASKED_AT_ONCE_MAX = 100;
const ASKED_MAX = 5;
const ASK_PAUSE_MS = 10 * MINUTE_MS;
/** What our ledger is searched for: more events than that between two looks are searched in the next ones. */
const SEEN_MAX = 50_000;

export interface RecoverContext {
  database: Queryable;
  /** Lent for this registration's account. */
  vendor: VendorClient;
  outbox: VendorOutbox;
  now(): number;
}

/**
 * Asks the vendor once more for what it sent to one registration and what did not come in, since the last look: after an
 * outage of ours nobody else does. Resolves with how many were asked for. One that came after all is a copy, by its id.
 */
export async function recoverMissed(
  { database, vendor, outbox, now }: RecoverContext,
  registration: Registration & { recoveredUntil: Date | null },
): Promise<number> {
  const { id: registrationId, providerId, target, vendorId, recoveredUntil } = registration;
  if (vendorId === null) return 0;
  const untilMs = now() - SETTLED_AFTER_MS;
  const sinceMs = Math.max((recoveredUntil?.getTime() ?? 0) - OVERLAP_MS, now() - LOOK_BACK_MS);
  const there = { id: vendorId, target };
  const { attempts, isWhole } = await outbox.list(vendor, there, sinceMs);
  const settled = attempts.filter(({ sentAtMs }) => sentAtMs <= untilMs);
  const seen = await listSeen(database, providerId, sinceMs - OVERLAP_MS);
  const missed = latestTries(settled).filter(({ deliveryId }) => !seen.has(deliveryId));
  let asked = 0;
  let refusal: unknown;
  for (const { id, deliveryId } of missed) {
    if (asked === ASKED_AT_ONCE_MAX) break;
    const limits = { askedMax: ASKED_MAX, pauseMs: ASK_PAUSE_MS };
    if (!(await noteMissed(database, { registrationId, deliveryId }, limits))) continue;
    asked += 1;
    // One that the vendor will not send again holds up no other.
    await outbox.sendAgain(vendor, there, id).catch((error: unknown) => {
      refusal ??= error;
    });
  }
  if (refusal !== undefined) throw refusal;
  if (isWhole && asked < ASKED_AT_ONCE_MAX) await markRecovered(database, registrationId, untilMs);
  return asked;
}

/** One try for each event, the newest; oldest event first, as they would have come. */
function latestTries(attempts: readonly SentAttempt[]): SentAttempt[] {
  const latest = new Map<string, SentAttempt>();
  for (const attempt of attempts)
    if (!latest.has(attempt.deliveryId)) latest.set(attempt.deliveryId, attempt);
  return [...latest.values()].sort((one, other) => one.sentAtMs - other.sentAtMs);
}

/** Ids of verified events that came in; what was refused did not. */
async function listSeen(database: Queryable, providerId: string, sinceMs: number): Promise<Set<string>> {
  const found = await database.query<{ head: Buffer }>(
    `select head from deliveries where provider_id = $1 and id >= $2 order by id limit ${SEEN_MAX}`,
    [providerId, uuidFloor(sinceMs)],
  );
  const seen = new Set<string>();
  for (const { head } of found.rows) {
    const { type, deliveryId } = JSON.parse(head.toString("utf8")) as { type: string; deliveryId?: string };
    if (type === "provider" && deliveryId !== undefined) seen.add(deliveryId);
  }
  return seen;
}
