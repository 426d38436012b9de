import { ExecutionState } from "../states.ts";

/** A run time is known within a tenth: a bucket ends at 1.2 times where it begins. */
const GROWTH = 1.2;
/** Room for each bucket of a 32-bit number of milliseconds. */
const BUCKETS = 256;
/** 0: without a run time. 1: less than a millisecond. */
const FIRST = 2;

/** A state and, where it is an end, a run time in one small number, as SQL over `executions e`. */
export const OUTCOME_KEY = `(e.state * ${BUCKETS} + case
    when e.run_ms is null or e.state < ${ExecutionState.completed} then 0 when e.run_ms < 1 then 1
    else ${FIRST} + floor(ln(e.run_ms) / ln(${GROWTH}))::integer end)::smallint`;

export function stateOfKey(key: number): number {
  return Math.floor(key / BUCKETS);
}

/** How often each key was met. */
export type Outcomes = Map<number, number>;

/** The run time, in milliseconds, that so much of all do not exceed; undefined where nothing has one. */
export function quantileMs(outcomes: Outcomes, share: number): number | undefined {
  const buckets = new Map<number, number>();
  let total = 0;
  for (const [key, count] of outcomes) {
    const bucket = key % BUCKETS;
    if (bucket === 0) continue;
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + count);
    total += count;
  }
  let rank = Math.ceil(total * share);
  for (const [bucket, count] of [...buckets].sort(([a], [b]) => a - b)) {
    rank -= count;
    // The middle, which is off by less than a tenth whichever it was.
    if (rank <= 0) return bucket < FIRST ? 0 : GROWTH ** (bucket - FIRST + 0.5);
  }
  return undefined;
}
