import { type ErrorRetry, RETRY_SYMBOL } from "@floww/contract/abi";
import { type Duration, durationMs } from "./duration.ts";

/** How often something is tried again after a failure, and how long after it. */
export interface Retries {
  /** Tries after the first. */
  limit: number;
  /** Before the second try; default 1 second. */
  minDelay?: Duration;
  /** The longest pause; default 1 minute. */
  maxDelay?: Duration;
  /** How much longer each pause is than the one before; default 2. Pauses are spread by up to a half. */
  factor?: number;
}

/** As the server reads it. */
export interface RetryPolicy {
  limit: number;
  minDelayMs: number;
  maxDelayMs: number;
  factor: number;
}

const SECOND = 1_000;

export function retryPolicy(retries: number | Retries): RetryPolicy {
  const {
    limit,
    minDelay = SECOND,
    maxDelay = 60 * SECOND,
    factor = 2,
  } = typeof retries === "number" ? { limit: retries } : retries;
  return {
    limit,
    minDelayMs: durationMs(minDelay, "minDelay"),
    maxDelayMs: durationMs(maxDelay, "maxDelay"),
    factor,
  };
}

/** Milliseconds until the next try after `attempts` of them; undefined when there is none. */
export function pauseBefore(policy: RetryPolicy, attempts: number, error: unknown): number | undefined {
  const said = retryOf(error);
  if (said === false || attempts > policy.limit) return undefined;
  if (said !== undefined) return said.afterMs;
  const pauseMs = Math.min(policy.maxDelayMs, policy.minDelayMs * policy.factor ** (attempts - 1));
  return Math.round(pauseMs * (0.5 + Math.random() / 2));
}

/** What an error, or one of its causes, says itself about being tried again. */
export function retryOf(error: unknown): ErrorRetry | undefined {
  let current = error;
  for (let depth = 0; current instanceof Error && depth < 5; depth++) {
    const retry = (current as { [RETRY_SYMBOL]?: ErrorRetry })[RETRY_SYMBOL];
    if (retry !== undefined) return retry;
    current = current.cause;
  }
  return undefined;
}
