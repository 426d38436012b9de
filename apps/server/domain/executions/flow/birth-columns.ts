import { ExecutionState } from "../states.ts";
import { encodeReason } from "./cancel-runs.ts";
import { Beginning } from "./controlled-fragment.ts";
import type { FlowPlan } from "./plan-flow.ts";

/** For statements that insert one execution and do not travel on the lane; what comes this way is never a part of a batch. */
export const BIRTH_COLUMNS = "state, priority, flow_key, expires_at, due_at, error, finished_at";

/** `first` is the number of the first of six parameters. */
export function birthValues(first: number): string {
  const [state, priority, flowKey, ttlMs, delayMs, error] = Array.from(
    { length: 6 },
    (_, at) => `$${first + at}`,
  );
  return `${state}::smallint, ${priority}::smallint, ${flowKey}::bytea, now() + ${ttlMs}::float8 * interval '1 millisecond',
    now() + ${delayMs}::float8 * interval '1 millisecond', ${error}::bytea, case when ${error}::bytea is not null then now() end`;
}

export function birthParameters(plan: FlowPlan | undefined): unknown[] {
  if (plan === undefined) return [ExecutionState.received, 0, null, null, null, null];
  const { beginning, priority, flowKey, ttlMs, delayMs, refusal } = plan;
  return [
    STATES[beginning],
    priority,
    flowKey,
    ttlMs,
    beginning === Beginning.later ? delayMs : null,
    refusal === undefined ? null : encodeReason(refusal.error),
  ];
}

const STATES = {
  [Beginning.usual]: ExecutionState.received,
  [Beginning.held]: ExecutionState.waiting,
  [Beginning.later]: ExecutionState.waiting,
  [Beginning.cancelled]: ExecutionState.cancelled,
};
