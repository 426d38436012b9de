const THROTTLED =
  /Throttl|TooManyRequests|LimitExceeded|RequestTimeout|SlowDown|ServiceUnavailable|InternalError/;
/** What Node and AWS's client call it when our own time is over. */
const TIMED_OUT = /^(TimeoutError|AbortError)$/;

/**
 * What happened, in words, when it may be tried again: an answer that never came, 5xx, too much at once. Undefined for
 * everything else, which is said by the error itself.
 */
export function describeOutage(error: unknown, service: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // As AWS's client marks what the service itself answered.
  const { $fault: fault, code } = error as { $fault?: unknown; code?: unknown };
  if (fault !== undefined)
    return fault === "server" || THROTTLED.test(error.name)
      ? `${service} answered ${error.name}.`
      : undefined;
  if (isTimeout(error)) return `${service} did not answer in time.`;
  return code === undefined ? undefined : `${service} could not be reached.`;
}

/** Our own time is over: trying again is no use. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && TIMED_OUT.test(error.name);
}
