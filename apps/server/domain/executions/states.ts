import type { executionStatuses } from "@floww/contract/api";

/**
 * The state machine of an execution, as it stands in the database. Below `completed` it is unfinished.
 *
 *   received ──claim──> started(epoch) ──> completed | failed | timed_out | cancelled | interrupted
 *      │  ^ ^              │    │
 *      │  │ └─ lease lost ─┘    │ a retry is due later, or the journal waits
 *      │  │                     v
 *      │  └── due, woken ─── waiting
 *      └──> cancelled
 *
 * A failed attempt that is tried again is `waiting` until its pause is over; a run whose journal waits is `waiting`
 * until the first of what it waits for is due, or something wakes it. A wake that comes while the run is still
 * `started` is kept in the row (`is_woken`), so that going to wait and being woken cannot miss each other. An event that
 * becomes part of a batch is `waiting` until the batch is over, and ends as it did.
 *
 * Every start raises the epoch and names an owner; a write from another epoch or owner touches nothing, so a server
 * that lost its lease cannot finish a run that somebody else has taken up. Nothing leaves a finished state.
 */
export const ExecutionState = {
  received: 0,
  waiting: 1,
  started: 2,
  completed: 10,
  failed: 11,
  timed_out: 12,
  cancelled: 13,
  interrupted: 14,
} as const satisfies Record<(typeof executionStatuses)[number], number>;

export type ExecutionStateName = keyof typeof ExecutionState;

const NAMES = new Map(
  Object.entries(ExecutionState).map(([name, value]) => [value as number, name as ExecutionStateName]),
);

export function executionStateName(value: number): ExecutionStateName {
  return NAMES.get(value) ?? "interrupted";
}

/** How its caller waits: `handler` for the answer itself, `ack` for the record only. It decides what a crash means. */
export const ExecutionMode = {
  handler: 1,
  ack: 2,
  /** A caller waits for the answer, and its trigger's `retries` take it up again all the same. */
  retried: 3,
} as const;

export const ExecutionOrigin = {
  webhook: 1,
  cron: 2,
  manual: 3,
  replay: 4,
  dev: 5,
  failure: 6,
  invoke: 7,
  /** A webhook's address is told to somebody, and taken back. */
  setup: 8,
  teardown: 9,
} as const;
export type ExecutionOriginName = keyof typeof ExecutionOrigin;

const ORIGINS = new Map(
  Object.entries(ExecutionOrigin).map(([name, value]) => [value as number, name as ExecutionOriginName]),
);

export function executionOriginName(value: number): ExecutionOriginName {
  return ORIGINS.get(value) ?? "webhook";
}

export const LogLevelNumber = { debug: 10, info: 20, warn: 30, error: 40 } as const;
