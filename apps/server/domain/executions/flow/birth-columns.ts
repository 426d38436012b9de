import { ExecutionState } from "../states.ts";
import { encodeReason } from "./cancel-runs.ts";
import { Beginning } from "./controlled-fragment.ts";
import type { FlowPlan } from "./plan-flow.ts";

/** For statements that insert one execution and do not travel on the lane. */
export const BIRTH_COLUMNS = "state, priority, flow_key, expires_at, due_at, error, finished_at, batch_key";

/** `first` is the number of the first of seven parameters. */
export function birthValues(first: number): string {
  const [state, priority, flowKey, ttlMs, delayMs, error, batchKey] = Array.from(
    { length: 7 },
    (_, at) => `$${first + at}`,
  );
  return `${state}::smallint, ${priority}::smallint, ${flowKey}::bytea, now() + ${ttlMs}::float8 * interval '1 millisecond',
    now() + ${delayMs}::float8 * interval '1 millisecond', ${error}::bytea, case when ${error}::bytea is not null then now() end,
    ${batchKey}::bytea`;
}

export function birthParameters(plan: FlowPlan | undefined): unknown[] {
  if (plan === undefined) return [ExecutionState.received, 0, null, null, null, null, null];
  const { beginning, priority, flowKey, ttlMs, delayMs, refusal, batch } = plan;
  return [
    STATES[beginning],
    priority,
    flowKey,
    ttlMs,
    beginning === Beginning.later ? delayMs : null,
    refusal === undefined ? null : encodeReason(refusal.error),
    batch?.key ?? null,
  ];
}

const STATES = {
  [Beginning.usual]: ExecutionState.received,
  [Beginning.held]: ExecutionState.waiting,
  [Beginning.later]: ExecutionState.waiting,
  [Beginning.cancelled]: ExecutionState.cancelled,
};
