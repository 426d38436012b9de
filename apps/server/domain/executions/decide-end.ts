import type { RunEnd } from "@floww/executor/host";
import type { RunPolicy } from "./run-policy.ts";

/** What the end of one start means for its execution. */
export type Decision =
  | "over"
  | "waits"
  | {
      againAfterMs: number;
      /** Sooner, when the credential of this provider is replaced. */
      heldBy?: string;
    };

/** After this many starts that ended through no fault of its own, an execution is no longer taken up again. */
export const INTERRUPTIONS_MAX = 5;
export const INTERRUPTED_PAUSE_MS = 1_000;

/** A run that is held looks by itself so often whether it can go on; after so long it is held no more. */
export const HELD_PAUSE_MS = 60 * 60 * 1000;
export const HELD_MS_MAX = 72 * 60 * 60 * 1000;

interface Start {
  attempt: number;
  /** How many of the attempts before were interrupted. */
  interruptions: number;
  policy: RunPolicy;
  /** A caller is there, who decides himself what to do about an interruption. */
  hasCaller: boolean;
}

/** `random` is from 0 to 1, exclusive: pauses are spread, so that what failed together does not come back together. */
export function decideEnd(end: RunEnd, start: Start, random: () => number): Decision {
  if (end.state === "waiting") return "waits";
  if (end.state === "completed" || end.state === "cancelled") return "over";
  const { retries } = start.policy;
  if (end.state === "interrupted") {
    const isTakenUp = start.policy.isTakenUp && (retries.limit > 0 || !start.hasCaller);
    return isTakenUp && mayBeInterrupted(start) ? { againAfterMs: INTERRUPTED_PAUSE_MS } : "over";
  }
  const { retry } = end.error;
  if (retry === false || isLastAttempt(start)) return "over";
  if (retry !== undefined) return { againAfterMs: retry.afterMs };
  const pauseMs = Math.min(
    retries.maxDelayMs,
    retries.minDelayMs * retries.factor ** (ownAttempt(start) - 1),
  );
  return { againAfterMs: Math.round(pauseMs * (0.5 + random() / 2)) };
}

/** Whether it is taken up again after one more. */
export function mayBeInterrupted({ interruptions }: Pick<Start, "interruptions">): boolean {
  return interruptions + 1 < INTERRUPTIONS_MAX;
}

/**
 * Whether a run that failed may wait for a credential instead: one that nobody waits for and that may run again at all.
 * The author's word that it is over counts.
 */
export function mayBeHeld(
  end: RunEnd,
  {
    policy: { isTakenUp, retries },
    hasCaller,
    ageMs,
  }: Omit<Start, "attempt" | "interruptions"> & { ageMs: number },
): boolean {
  if (end.state !== "failed" || end.error.retry === false) return false;
  return isTakenUp && !hasCaller && retries.limit > 0 && ageMs < HELD_MS_MAX;
}

/** Whether nothing would run it again by itself if this attempt failed. */
export function isLastAttempt(start: Pick<Start, "attempt" | "interruptions" | "policy">): boolean {
  return ownAttempt(start) > start.policy.retries.limit;
}

/** Without those that were interrupted: the author's retries are for failures of his code, and a lost server is none. */
function ownAttempt({ attempt, interruptions }: Pick<Start, "attempt" | "interruptions">): number {
  return attempt - interruptions;
}
