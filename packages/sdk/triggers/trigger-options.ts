import type { FailureEventHead, JsonObject, TriggerRegistration, WireEvent } from "@floww/contract/abi";
import { type Duration, durationMs } from "../durable/duration.ts";
import { type Retries, retryPolicy } from "../durable/retries.ts";
import type { Handler } from "../handler.ts";
import { runHandler } from "../run-handler.ts";

/** An event whose last attempt failed. */
export interface Failure<Event> {
  executionId: string;
  status: "failed" | "timed_out" | "interrupted";
  attempts: number;
  error: { code: string; name: string; message: string };
  event: Event;
}

/**
 * A path into the event: `body.customer.id`, `headers.x-tenant`, `query.id`, `params.id`. Events with equal values there
 * belong together; without a path, all of the trigger's do.
 */
export type EventPath = "body" | `${"body" | "headers" | "query" | "params"}.${string}`;

export interface Rate {
  limit: number;
  period: Duration;
  key?: EventPath;
}

/** What every trigger takes beside what it listens for. */
export interface TriggerOptions<Event> {
  /** What identifies the handler across deployments. Default: from what it listens for. */
  id?: string;
  /** Milliseconds until one start is ended; default 5 minutes, at most 15. */
  timeoutMs?: number;
  /**
   * Attempts after the first when it fails. Default: 3 for what is acknowledged before it runs (vendors' events, `ack`
   * webhooks), none where a caller waits, for schedules and for manual runs.
   */
  retries?: number | Retries;
  /** Told when the last attempt has failed. It has one attempt itself. */
  onFailure?: Handler<Failure<Event>>;
  /**
   * How many runs may be under way at once, of each `key` if there is one. Beyond it an event waits (`queue`, default), is
   * dropped (`drop`), or the oldest run is cancelled for it (`cancel-running`).
   */
  concurrency?: number | { limit: number; key?: EventPath; strategy?: "queue" | "drop" | "cancel-running" };
  /** Events beyond it are refused: a waiting caller gets 429. */
  rateLimit?: Rate;
  /** Events beyond it wait. */
  throttle?: Rate;
  /** Only the last of events that come within `period` of each other runs, `maxWait` after the first at the latest. */
  debounce?: { period: Duration; maxWait?: Duration; key?: EventPath };
  /** Higher first among what waits in the namespace, -1000 to 1000: a number, or where the event says it. Default 0. */
  priority?: number | EventPath;
  /** Events with the same value here are one, for as long as `window` (default 72 hours). */
  idempotency?: { key: EventPath; window?: Duration };
  /** What has not been started within this time is not started any more. */
  ttl?: Duration;
}

const HOUR = 3_600_000;

/** As they stand in the manifest. */
export function wireOptions<Event>(given: TriggerOptions<Event>): JsonObject {
  const { timeoutMs, retries, concurrency, rateLimit, throttle, debounce, priority, idempotency, ttl } =
    given;
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(retries === undefined ? {} : { retries: { ...retryPolicy(retries) } }),
    ...(given.onFailure === undefined ? {} : { onFailure: true }),
    ...(concurrency === undefined
      ? {}
      : {
          concurrency: {
            strategy: "queue",
            ...(typeof concurrency === "number" ? { limit: concurrency } : concurrency),
          },
        }),
    ...(rateLimit === undefined ? {} : { rateLimit: wireRate(rateLimit) }),
    ...(throttle === undefined ? {} : { throttle: wireRate(throttle) }),
    ...(debounce === undefined ? {} : { debounce: wireDebounce(debounce) }),
    ...(priority === undefined ? {} : { priority }),
    ...(idempotency === undefined
      ? {}
      : {
          idempotency: {
            key: idempotency.key,
            windowMs: durationMs(idempotency.window ?? 72 * HOUR, "window"),
          },
        }),
    ...(ttl === undefined ? {} : { ttlMs: durationMs(ttl, "ttl") }),
  };
}

function wireRate({ limit, period, key }: Rate): JsonObject {
  return { limit, periodMs: durationMs(period, "period"), ...(key === undefined ? {} : { key }) };
}

function wireDebounce({ period, maxWait, key }: NonNullable<TriggerOptions<never>["debounce"]>): JsonObject {
  return {
    periodMs: durationMs(period, "period"),
    ...(maxWait === undefined ? {} : { maxWaitMs: durationMs(maxWait, "maxWait") }),
    ...(key === undefined ? {} : { key }),
  };
}

/** How a registration runs its author's code, with its event decoded. */
export function handlersOf<Event>(
  { handler, onFailure }: { handler: Handler<Event>; onFailure?: Handler<Failure<Event>> | undefined },
  decode: (event: WireEvent) => Event | Promise<Event>,
): Pick<TriggerRegistration, "run" | "onFailure"> {
  return {
    run: async (scope, event) => runHandler(scope, handler, await decode(event)),
    ...(onFailure === undefined
      ? {}
      : {
          onFailure: async (scope, { head, body }) => {
            const { executionId, status, attempts, error, event } = head as FailureEventHead;
            const decoded = await decode({ head: event, body });
            return runHandler(scope, onFailure, { executionId, status, attempts, error, event: decoded });
          },
        }),
  };
}
