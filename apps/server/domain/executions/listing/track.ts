import { ExecutionState } from "../states.ts";

const { received, waiting, started, completed, failed, timed_out, cancelled, interrupted } = ExecutionState;

/**
 * What lists are indexed by, beside a namespace, a trigger or a version: one track for all that goes straight to a good end,
 * and one for each other state. Part of released migrations: it never changes.
 */
export const TRACK = `case when state in (${received}, ${started}, ${completed}) then ${completed}::smallint else state end`;

export const tracks: readonly number[] = [completed, waiting, failed, timed_out, cancelled, interrupted];

/** The track that executions of this state are on. */
export function trackOf(state: number): number {
  return state === received || state === started ? completed : state;
}
