import { createHash } from "node:crypto";
import type { EventMatch } from "@floww/contract/host-calls";
import { encodeValue } from "@floww/sdk/value-codec";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { newUuid, uuidFloor } from "../../platform/uuid-v7.ts";
import { matchesEvent } from "./match-event.ts";
import { listWaitsForEvent, type OutsideWait } from "./store.ts";
import { settleWithEvent, TOLD_AT_ONCE_MAX, takeInHand, tellEvent } from "./tell-event.ts";

export interface SentEvent {
  namespaceId: string;
  name: string;
  /** JSON. */
  data: string;
}

/**
 * Keeps the event, and tells every run of the namespace that waits for it. Resolves with how many those were. It is decided
 * in one transaction who they are; where they are many, they are told in several after it.
 */
export async function sendEvent(
  { database, wakeQueue, report }: { database: Database; wakeQueue(): void; report(error: unknown): void },
  { namespaceId, name, data }: SentEvent,
): Promise<{ id: string; waiting: number }> {
  const parsed: unknown = JSON.parse(data);
  const { id, waiting, isInHand } = await database.transaction(async (transaction) => {
    const id = newUuid(await lockEventName(transaction, namespaceId, name));
    await transaction.query(
      "insert into sent_events (id, namespace_id, name, data) values ($1, $2, $3, $4)",
      [id, namespaceId, Buffer.from(name), Buffer.from(data)],
    );
    const waits = await listWaitsForEvent(transaction, { namespaceId, name: Buffer.from(name) });
    const told = waits.filter((wait) => matchesEvent(parsed, matchOf(wait)));
    if (told.length === 0) return { id, waiting: 0, isInHand: false };
    const value = Buffer.from(encodeValue(parsed));
    if (told.length <= TOLD_AT_ONCE_MAX)
      return { id, waiting: await settleWithEvent(transaction, told, value), isInHand: false };
    return { id, waiting: await takeInHand(transaction, { id, value, waits: told }), isInHand: true };
  });
  // It is recorded: who heard now that it failed would send it twice. The queue's next look goes on with it.
  if (isInHand) await tellEvent({ database, wakeQueue }, id).catch(report);
  else if (waiting > 0) wakeQueue();
  return { id, waiting };
}

/** The first such event that was sent since the execution began; it may have come before the run asked for it. */
export async function findSentEvent(
  transaction: Queryable,
  {
    namespaceId,
    name,
    match,
    sinceMs,
  }: { namespaceId: string; name: string; match: EventMatch; sinceMs: number },
): Promise<{ data: unknown } | undefined> {
  const found = await transaction.query<{ data: Buffer }>(
    `select data from sent_events where namespace_id = $1 and name = $2 and id >= $3 order by id limit ${LOOK_BACK_MAX}`,
    [namespaceId, Buffer.from(name), uuidFloor(sinceMs)],
  );
  for (const { data } of found.rows) {
    const parsed: unknown = JSON.parse(data.toString("utf8"));
    if (matchesEvent(parsed, match)) return { data: parsed };
  }
  return undefined;
}

const LOOK_BACK_MAX = 10_000;

/**
 * Sending and beginning to wait take turns: side by side, each could miss the other. Resolves with when the turn began, by the
 * database's clock: whether an event was sent since a run began is not for two servers' clocks to say.
 */
export async function lockEventName(
  transaction: Queryable,
  namespaceId: string,
  name: string,
): Promise<number> {
  const hash = createHash("sha256").update(`${namespaceId} ${name}`).digest();
  const locked = await transaction.query<{ atMs: number }>(
    'select pg_advisory_xact_lock($1), floor(extract(epoch from clock_timestamp()) * 1000)::float8 as "atMs"',
    [hash.readBigInt64BE(0)],
  );
  return locked.rows[0]!.atMs;
}

function matchOf({ match }: OutsideWait): EventMatch {
  return match === null ? {} : (JSON.parse(match.toString("utf8")) as EventMatch);
}
