import { FlowwError } from "@floww/contract/errors";

/** A pause is a person's decision: it rarely ends within seconds. */
const RETRY_AFTER_SECONDS = 60;

/** For a caller who waits for an answer that a paused workflow does not give. */
export function pausedError(): FlowwError {
  return new FlowwError("WEBHOOK_PAUSED", undefined, {
    details: { retryAfterSeconds: RETRY_AFTER_SECONDS },
  });
}
