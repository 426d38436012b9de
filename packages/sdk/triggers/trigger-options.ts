import {
  ANSWER_SYMBOL,
  type ErrorAnswer,
  type ExecutionScope,
  type FailureEventHead,
  type JsonObject,
  type TriggerRegistration,
  type WireEvent,
} from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { type Duration, durationMs } from "../durable/duration.ts";
import { type Retries, retryPolicy } from "../durable/retries.ts";
import type { Handler } from "../handler.ts";
import { runHandler } from "../run-handler.ts";
import { splitEvents } from "./batch-event.ts";

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

export interface Batch {
  /** The most events of one run, 2 to 1000. */
  size: number;
  /** After the first of them, at the latest. */
  maxWait: Duration;
  /** Only events with equal values there are in one batch. */
  key?: EventPath;
}

/** One run for each event. */
export interface OneByOne<Event> {
  batch?: never;
  handler: Handler<Event>;
  /** Told when the last attempt has failed. It has one attempt itself. */
  onFailure?: Handler<Failure<Event>>;
}

/**
 * One run for up to `size` events, in the order in which they came. An event that the trigger's schema or `validation`
 * refuses is left out, and the log says so.
 */
export interface InBatches<Event> {
  batch: Batch;
  handler: Handler<Event[]>;
  /** Told when the last attempt has failed. It has one attempt itself. */
  onFailure?: Handler<Failure<Event[]>>;
}

/** What every trigger takes beside what it listens for. */
export interface TriggerOptions {
  /** What identifies the handler across deployments. Default: from what it listens for. */
  id?: string;
  /** Milliseconds until one start is ended; default 5 minutes, at most 15. */
  timeoutMs?: number;
  /**
   * Attempts after the first when it fails. Default: 3 for what is acknowledged before it runs (vendors' events, `ack`
   * webhooks), none where a caller waits, for schedules and for manual runs. One that was cut off by no fault of its own,
   * as by a lost server, uses up none of them.
   */
  retries?: number | Retries;
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
export function wireOptions(given: TriggerOptions & { batch?: Batch; onFailure?: unknown }): JsonObject {
  const {
    timeoutMs,
    retries,
    concurrency,
    rateLimit,
    throttle,
    debounce,
    batch,
    priority,
    idempotency,
    ttl,
  } = given;
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
    ...(batch === undefined ? {} : { batch: wireBatch(batch) }),
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

function wireDebounce({ period, maxWait, key }: NonNullable<TriggerOptions["debounce"]>): JsonObject {
  return {
    periodMs: durationMs(period, "period"),
    ...(maxWait === undefined ? {} : { maxWaitMs: durationMs(maxWait, "maxWait") }),
    ...(key === undefined ? {} : { key }),
  };
}

function wireBatch({ size, maxWait, key }: Batch): JsonObject {
  return { size, maxWaitMs: durationMs(maxWait, "maxWait"), ...(key === undefined ? {} : { key }) };
}

/** How a registration runs its author's code, with its event decoded, or with its events. */
export function handlersOf<Event>(
  given: OneByOne<Event> | InBatches<Event>,
  decode: (event: WireEvent) => Event | Promise<Event>,
): Pick<TriggerRegistration, "run" | "onFailure"> {
  if (given.batch === undefined) return decodedHandlers(given, (_scope, event) => decode(alone(event)));
  const decodeAll = async (scope: ExecutionScope, event: WireEvent) => {
    const decoded = splitEvents(event).map((one, index) =>
      unlessRefused(() => decode(one), { scope, index }),
    );
    return (await Promise.all(decoded)).flat();
  };
  return decodedHandlers(given, decodeAll);
}

function decodedHandlers<Decoded>(
  { handler, onFailure }: { handler: Handler<Decoded>; onFailure?: Handler<Failure<Decoded>> | undefined },
  decode: (scope: ExecutionScope, event: WireEvent) => Decoded | Promise<Decoded>,
): Pick<TriggerRegistration, "run" | "onFailure"> {
  return {
    run: async (scope, event) => {
      const decoded = await decode(scope, event);
      // Of a batch nothing may be left.
      if (Array.isArray(decoded) && decoded.length === 0) return undefined;
      return runHandler(scope, handler, decoded);
    },
    ...(onFailure === undefined
      ? {}
      : {
          onFailure: async (scope, { head, body }) => {
            const { executionId, status, attempts, error, event } = head as FailureEventHead;
            const decoded = await decode(scope, { head: event, body });
            return runHandler(scope, onFailure, { executionId, status, attempts, error, event: decoded });
          },
        }),
  };
}

function alone(event: WireEvent): WireEvent {
  if (event.head.type !== "batch") return event;
  throw new FlowwError("INPUT_INVALID", "This is a batch of events, and the trigger has no `batch`.", {
    fix: "Replay its events one by one, or the batch on the version that gathered it.",
  });
}

/** One event that is refused, as its sender would be told if he waited, must not keep the others from their run. */
async function unlessRefused<Event>(
  decode: () => Event | Promise<Event>,
  { scope, index }: { scope: ExecutionScope; index: number },
): Promise<Event[]> {
  try {
    return [await decode()];
  } catch (thrown) {
    const answer = (thrown as { [ANSWER_SYMBOL]?: ErrorAnswer } | null)?.[ANSWER_SYMBOL];
    if (answer === undefined) throw thrown;
    scope.log("warn", `Event ${index + 1} of the batch was left out: ${JSON.stringify(answer.body)}`);
    return [];
  }
}
