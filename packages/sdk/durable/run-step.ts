import { ANSWER_SYMBOL } from "@floww/contract/abi";
import { isErrorCode } from "@floww/contract/errors";
import type { JournalError } from "@floww/contract/host-calls";
import { decodeValue, encodeValue } from "../value-codec.ts";
import type { Asked, Journal } from "./journal.ts";
import { pauseBefore, type Retries, retryPolicy } from "./retries.ts";
import { StepError } from "./step-error.ts";

/** What a step's function gets. */
export interface StepInfo {
  /** The same for every try of this step in this execution: for services that take one, so that they do the thing once. */
  readonly idempotencyKey: string;
  /** 1 for the first try. */
  readonly attempt: number;
}

export interface StepOptions<T> {
  /** Tries after the first, by itself; default none: then the trigger's `retries` apply, and what was done stays done. */
  retries?: number | Retries;
  /** Undoes it, when the run fails for good. Called with what the step gave, the last step's first. */
  rollback?: (value: T, info: StepInfo) => unknown;
}

interface Step<T> {
  asked: Asked;
  executionId: string;
  work: (info: StepInfo) => T | Promise<T>;
  retries: number | Retries;
}

/** Gives what the journal has, or does the work and journals what it came to. @throws StepError */
export function runStep<T>(journal: Journal, { asked, executionId, work, retries }: Step<T>): Promise<T> {
  const { key, position } = asked;
  const policy = retryPolicy(retries);
  return journal.within(asked, async (entry) => {
    // What was journalled had this type when it was.
    if (entry?.state === "completed") return decodeValue(entry.value ?? UNDEFINED) as T;
    if (entry?.state === "failed") throw new StepError(key, entry.error ?? UNKNOWN);
    if (entry?.dueAtMs !== undefined) await journal.pauseUntil(key, entry.dueAtMs);
    for (let attempt = (entry?.attempts ?? 0) + 1; ; attempt++) {
      const outcome = await attemptOf(work, { idempotencyKey: `${executionId}:${key}`, attempt });
      if (outcome.kind === "done") {
        await journal.record({ key, position, attempts: attempt, value: outcome.encoded });
        return outcome.value;
      }
      const { thrown } = outcome;
      // An answer to the caller is no failure of the step, and nothing that it came to.
      if (typeof thrown === "object" && thrown !== null && ANSWER_SYMBOL in thrown) throw thrown;
      const retryAfterMs = pauseBefore(policy, attempt, thrown);
      const error = toJournalError(thrown);
      if (retryAfterMs === undefined) {
        await journal.record({ key, position, attempts: attempt, error });
        throw new StepError(key, error, thrown);
      }
      await journal.record({ key, position, attempts: attempt, error, retryAfterMs });
      await journal.pauseUntil(key, Date.now() + retryAfterMs);
    }
  });
}

type Outcome<T> = { kind: "done"; value: T; encoded: string } | { kind: "failed"; thrown: unknown };

/** A value that cannot be journalled is a failure of the step, named with its place. */
async function attemptOf<T>(work: Step<T>["work"], info: StepInfo): Promise<Outcome<T>> {
  try {
    const value = await work(info);
    return { kind: "done", value, encoded: encodeValue(value) };
  } catch (thrown) {
    return { kind: "failed", thrown };
  }
}

const UNDEFINED = encodeValue(undefined);
const UNKNOWN: JournalError = { code: "USER_ERROR", name: "Error", message: "unknown" };
const TEXT_MAX = 8_192;

function toJournalError(thrown: unknown): JournalError {
  if (!(thrown instanceof Error))
    return { ...UNKNOWN, message: `Thrown: ${String(thrown)}`.slice(0, TEXT_MAX) };
  const { code } = thrown as { code?: unknown };
  return {
    code: typeof code === "string" && isErrorCode(code) ? code : "STEP_FAILED",
    name: String(thrown.name).slice(0, 128),
    message: String(thrown.message).slice(0, TEXT_MAX),
    ...(thrown.stack === undefined ? {} : { stack: thrown.stack.slice(0, TEXT_MAX) }),
  };
}
