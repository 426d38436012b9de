import { type ErrorRetry, RETRY_SYMBOL } from "@floww/contract/abi";
import { type Duration, durationMs } from "./duration.ts";

/**
 * Thrown where trying again is of no use: the run, or the step, fails at once.
 *
 * @example
 * throw new FatalError("the order does not exist");
 */
export class FatalError extends Error {
  override readonly name = "FatalError";
  /** Known by this mark and not by its class: a bundle may hold two copies of this SDK. */
  readonly [RETRY_SYMBOL]: ErrorRetry = false;
}

/**
 * Thrown where the outside says when to come again. It counts as a try like any other.
 *
 * @example
 * throw new RetryError("rate limited", { after: "30s" });
 */
export class RetryError extends Error {
  override readonly name = "RetryError";
  readonly [RETRY_SYMBOL]: ErrorRetry;

  constructor(message: string, { after, cause }: { after: Duration; cause?: unknown }) {
    super(message, cause === undefined ? {} : { cause });
    this[RETRY_SYMBOL] = { afterMs: durationMs(after, "after") };
  }
}
