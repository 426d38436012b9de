import * as z from "zod";
import { limits } from "../limits.ts";

/**
 * What every trigger may say about its runs beside what it listens for, as it stands in a manifest: the SDK writes it, the
 * server parses it. All of it is optional, and left out it is as if it were not there.
 */

const timeMs = z.number().int().min(1).max(limits.waitMsMax);
/** A path into the event, `body.customer.id`, `headers.x-tenant`, `query.id`, `params.id`: equal values belong together. */
const path = z
  .string()
  .max(256)
  .regex(/^(body|headers|query|params)(\.[^.\u0000-\u001f]+)*$/, "must be a path such as body.customer.id");

export const retryPolicy = z.strictObject({
  /** Attempts after the first. */
  limit: z
    .number()
    .int()
    .min(0)
    .max(limits.attemptsMax - 1),
  /** Before the second attempt; each further pause is `factor` times as long, up to `maxDelayMs`. */
  minDelayMs: z.number().int().min(0).max(limits.retryDelayMsMax),
  maxDelayMs: z.number().int().min(0).max(limits.retryDelayMsMax),
  factor: z.number().min(1).max(100),
});

const rate = { limit: z.number().int().min(1).max(1_000_000), periodMs: timeMs, key: path.optional() };

export const triggerOptions = z.object({
  /** Of one start, in milliseconds. */
  timeoutMs: z.number().int().min(1).max(limits.deadlineMsMax).optional(),
  retries: retryPolicy.optional(),
  /** The code wants to be told when the last attempt has failed. */
  onFailure: z.literal(true).optional(),
  /** How many runs may be under way at once, of this trigger or of each key. */
  concurrency: z
    .strictObject({
      limit: z.number().int().min(1).max(10_000),
      key: path.optional(),
      /** What becomes of an event beyond the limit: it waits, it is dropped, or the oldest run makes room for it. */
      strategy: z.enum(["queue", "drop", "cancel-running"]),
    })
    .optional(),
  /** Events beyond the rate are refused: a waiting caller gets 429. */
  rateLimit: z.strictObject(rate).optional(),
  /** Events beyond the rate wait. */
  throttle: z.strictObject(rate).optional(),
  /** Only the last of events that come within `periodMs` of each other runs; `maxWaitMs` after the first at the latest. */
  debounce: z
    .strictObject({ periodMs: timeMs, maxWaitMs: timeMs.optional(), key: path.optional() })
    .optional(),
  /** One run for up to `size` events, `maxWaitMs` after the first at the latest. */
  batch: z
    .strictObject({
      size: z.number().int().min(2).max(limits.batchSizeMax),
      maxWaitMs: timeMs,
      key: path.optional(),
    })
    .optional(),
  /** Higher first among what waits in a namespace: a number, or where the event says it. */
  priority: z.union([z.number().int().min(-1_000).max(1_000), path]).optional(),
  /** Events with the same value here are one, within `windowMs`. */
  idempotency: z.strictObject({ key: path, windowMs: timeMs }).optional(),
  /** What has not been started within this time is not started any more. */
  ttlMs: timeMs.optional(),
});

export type TriggerOptions = z.infer<typeof triggerOptions>;
export type RetryPolicy = z.infer<typeof retryPolicy>;
