import { createHash } from "node:crypto";
import type { ErrorCode } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { Queryable } from "../../platform/db/database.ts";
import { ExecutionState } from "../executions/states.ts";
import type { DeliveryKeyRow } from "./ledger.ts";

const HOUR = 3_600_000;
const FINISHED_MIN = ExecutionState.completed;

/** What tells one event from another at one trigger. */
export interface EventKey extends Pick<DeliveryKeyRow, "triggerId" | "key" | "bodyHash"> {
  /** Within it a copy is one. */
  windowMs: number;
}

/** `key`: the vendor's delivery id, or the caller's Idempotency-Key. A laptop's events are not production's. */
export function createEventKey(
  { triggerId, key, body }: { triggerId: string; key: string; body: Uint8Array },
  devSessionId?: string,
): EventKey {
  return {
    triggerId,
    key: createHash("sha256")
      .update(JSON.stringify([key, devSessionId ?? null]))
      .digest(),
    bodyHash: createHash("sha256").update(body).digest(),
    windowMs: limits.dedupeHours * HOUR,
  };
}

/** The execution that a key leads to. */
export interface FirstEvent {
  executionId: string;
  standing: /** It completed, still runs, or was ended on purpose. */
    | "alive"
    /** The same key for something else. */
    | "other-body"
    /** A copy is its replay. */
    | "failed"
    /** Retention has taken it: what became of it is not known any more, but that it was. */
    | "pruned"
    /** It is past the window: everything is new. */
    | "past";
}

/** For an event whose key is taken. Undefined when that is forgotten since. */
export async function findFirstEvent(
  database: Queryable,
  { triggerId, key, bodyHash, windowMs }: EventKey,
): Promise<FirstEvent | undefined> {
  const found = await database.query<FirstRow>(
    `select k.body_hash as "bodyHash", k.execution_id as "executionId", e.state, case when e.state = ${ExecutionState.cancelled} then e.error end as reason,
       k.created_at < now() - $3::float8 * interval '1 millisecond' as "isPast"
     from delivery_keys k left join executions e on e.id = k.execution_id
     where k.trigger_id = $1 and k.key = $2`,
    [triggerId, key, windowMs],
  );
  const first = found.rows[0];
  return first && { executionId: first.executionId, standing: standingOf(first, bodyHash) };
}

function standingOf(first: FirstRow, bodyHash: Uint8Array): FirstEvent["standing"] {
  if (first.isPast) return "past";
  if (!first.bodyHash.equals(bodyHash)) return "other-body";
  if (first.state === null) return "pruned";
  if (first.state === ExecutionState.cancelled) return isOnPurpose(first.reason) ? "alive" : "failed";
  return first.state < FINISHED_MIN || first.state === ExecutionState.completed ? "alive" : "failed";
}

/** By a person, or for a newer event that an older one must not come back over; the rest was told to come again. */
const PURPOSES = new Set<unknown>(["RUN_CANCELLED", "RUN_REPLACED", "RUN_DEBOUNCED"] satisfies ErrorCode[]);

function isOnPurpose(reason: Buffer | null): boolean {
  const { code } = JSON.parse(reason?.toString("utf8") ?? "{}") as { code?: unknown };
  return PURPOSES.has(code);
}

interface FirstRow {
  bodyHash: Buffer;
  executionId: string;
  /** None when it was pruned: a key is only ever written in the statement that records its execution. */
  state: number | null;
  isPast: boolean;
  /** Why it was cancelled. */
  reason: Buffer | null;
}

/** Forgets keys past the window, a batch at a time; resolves with how many those were. */
export async function forgetKeys(
  database: Queryable,
  olderThanHours: number,
  batch: number,
): Promise<number> {
  const forgotten = await database.query(
    `delete from delivery_keys where ctid in (
       select ctid from delivery_keys where created_at < now() - make_interval(hours => $1) limit $2
       for update skip locked)`,
    [olderThanHours, batch],
  );
  return forgotten.rowCount ?? 0;
}
