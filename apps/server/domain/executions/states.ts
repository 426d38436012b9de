import type { executionStatuses } from "@floww/contract/api";

/**
 * The state machine of an execution, as it stands in the database. Below `completed` it is unfinished.
 *
 *   received ──claim──> started(epoch) ──> completed | failed | timed_out | cancelled | interrupted
 *      │  ^                │    │
 *      │  └── lease lost ──┘    └──> waiting (until a time or an event) ──> received
 *      └──> cancelled
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
export const ExecutionMode = { handler: 1, ack: 2 } as const;

export const ExecutionOrigin = { webhook: 1, cron: 2, manual: 3, replay: 4, dev: 5 } as const;
export type ExecutionOriginName = keyof typeof ExecutionOrigin;

const ORIGINS = new Map(
  Object.entries(ExecutionOrigin).map(([name, value]) => [value as number, name as ExecutionOriginName]),
);

export function executionOriginName(value: number): ExecutionOriginName {
  return ORIGINS.get(value) ?? "webhook";
}

export const LogLevelNumber = { debug: 10, info: 20, warn: 30, error: 40 } as const;
