import type { attempt, timing } from "@floww/contract/api";
import type { z } from "zod";
import type { EndedAttempt } from "./list-attempts.ts";
import { ExecutionState, executionStateName } from "./states.ts";
import type { ExecutionDetail } from "./store.ts";

type Attempt = z.input<typeof attempt>;
type Timing = z.input<typeof timing>;

/** The newest start is in the execution's own row, until another one follows. */
export function presentAttempts(row: ExecutionDetail, ended: readonly EndedAttempt[]): Attempt[] {
  const attempts = ended.map(({ attempt, state, startedAt, endedAt, error }) => ({
    attempt,
    status: executionStateName(state),
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    ...(error === null ? {} : { error: JSON.parse(error.toString("utf8")) }),
  }));
  const isToldAbove = ended.some(({ attempt }) => attempt === row.attempt);
  if (row.startedAt === null || isToldAbove) return attempts;
  return [...attempts, presentNewest(row, row.startedAt)];
}

function presentNewest(
  { attempt, state, resumes, finishedAt, error }: ExecutionDetail,
  startedAt: Date,
): Attempt {
  const isToGoOn = state < ExecutionState.completed && resumes;
  return {
    attempt,
    status: isToGoOn ? "waiting" : executionStateName(state),
    startedAt: startedAt.toISOString(),
    ...(finishedAt === null ? {} : { endedAt: finishedAt.toISOString() }),
    ...(error === null ? {} : { error: JSON.parse(error.toString("utf8")) }),
  };
}

/** Where the newest start's time went. What a driver does not tell of its boot is the handler's, as it is in `runMs`. */
export function presentTiming(row: ExecutionDetail): Timing {
  const { startedAt, finishedAt, bootMs, runMs } = row;
  if (startedAt === null) return {};
  const readyAt = row.epoch <= 1 ? row.createdAt : row.dueAt;
  const timing: Timing = {
    ...(readyAt === null ? {} : { queueMs: msBetween(readyAt, startedAt) }),
    ...(bootMs === null ? {} : { bootMs }),
    ...(runMs === null ? {} : { runMs }),
  };
  if (finishedAt === null || runMs === null) return timing;
  return { ...timing, answerMs: Math.max(0, msBetween(startedAt, finishedAt) - (bootMs ?? 0) - runMs) };
}

/** Of two instants by the database's clock; never less than none. */
function msBetween(from: Date, until: Date): number {
  return Math.max(0, Math.round(until.getTime() - from.getTime()));
}
