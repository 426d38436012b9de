import { limits } from "@floww/contract/limits";
import type { RetryPolicy } from "@floww/contract/trigger-options";
import { ExecutionMode, ExecutionOrigin } from "./states.ts";

/** What a trigger says about its runs. */
export interface RunPolicy {
  timeoutMs: number;
  retries: RetryPolicy;
  /** What ended through no fault of its own runs again, unless a caller is there. Not a laptop's: who sits there decides. */
  isTakenUp: boolean;
  /** Its code wants to be told when the last attempt has failed. */
  hasOnFailure: boolean;
}

const SECOND = 1_000;

const NO_RETRIES: RetryPolicy = { limit: 0, minDelayMs: 0, maxDelayMs: 0, factor: 1 };
/** Nobody waits and nobody sends it again: 1, 4 and 16 seconds after the attempt before. */
const USUAL_RETRIES: RetryPolicy = { limit: 3, minDelayMs: SECOND, maxDelayMs: 60 * SECOND, factor: 4 };

/** `waits`: a caller waits for the answer of a run of this trigger. */
export function modeOf(input: Record<string, unknown>, waits: boolean): number {
  if (!waits) return ExecutionMode.ack;
  return input.retries === undefined ? ExecutionMode.handler : ExecutionMode.retried;
}

/**
 * `input` is a trigger's, as checked at its deploy. What answers its sender before the run (`ack` webhooks, vendors'
 * events) is tried again unless the trigger says otherwise; a caller who gets the answer, a clock that comes again and a
 * person who looks decide for themselves.
 */
export function runPolicyOf(
  input: Record<string, unknown>,
  { origin, isAcknowledged }: { origin: number; isAcknowledged: boolean },
): RunPolicy {
  const isOnce = origin === ExecutionOrigin.dev || origin === ExecutionOrigin.failure;
  // Nobody sends them again; and what fails there is not an event of the trigger's.
  const isOfAddress = origin === ExecutionOrigin.setup || origin === ExecutionOrigin.teardown;
  const usual = isAcknowledged || isOfAddress ? USUAL_RETRIES : NO_RETRIES;
  return {
    // Its shape was checked by the contract's triggerOptions.
    timeoutMs: (input.timeoutMs as number | undefined) ?? limits.deadlineMs,
    retries: isOnce ? NO_RETRIES : ((input.retries as RetryPolicy | undefined) ?? usual),
    isTakenUp: origin !== ExecutionOrigin.dev,
    hasOnFailure: input.onFailure === true && !isOnce,
  };
}
