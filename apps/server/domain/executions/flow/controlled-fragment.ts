import type { LaneFragment } from "../../../platform/db/lane-statement.ts";
import { executionsFragment, type NewExecutionRow, whereClaimed } from "../ledger-fragments.ts";
import { ExecutionState } from "../states.ts";

/** How a new execution begins: `usual` is as without flow control, `held` waits for somebody to move it. */
export const Beginning = { usual: 0, held: 1, later: 2, cancelled: 3 } as const;

/** A new execution whose trigger controls its flow. */
export interface ControlledRow extends NewExecutionRow {
  isKeyed: boolean;
  priority: number;
  flowKey: Uint8Array | null;
  /** Not started within it, it is not started any more. */
  ttlMs: number | null;
  beginning: (typeof Beginning)[keyof typeof Beginning];
  /** Of `later`. */
  delayMs: number;
  /** Of `cancelled`. */
  error: Uint8Array | null;
  /** It waits to become a part of a batch with this key. */
  batchKey: Uint8Array | null;
}

/**
 * In the place of the executions fragment for these rows: a statement that has none of them is without it, and the hot path
 * pays nothing. Milliseconds travel as text, since 31 bits of them are less than a month.
 */
export const controlledFragment: LaneFragment<ControlledRow> = {
  name: "controlled",
  dayOf: ({ id }) => id,
  columns: [
    ...executionsFragment.columns,
    { name: "priority", type: "int2", value: (row) => row.priority },
    { name: "flow_key", type: "bytea", value: (row) => row.flowKey },
    { name: "ttl_ms", type: "text", value: (row) => (row.ttlMs === null ? null : String(row.ttlMs)) },
    { name: "beginning", type: "int2", value: (row) => row.beginning },
    { name: "delay_ms", type: "text", value: (row) => String(row.delayMs) },
    { name: "error", type: "bytea", value: (row) => row.error },
    { name: "batch_key", type: "bytea", value: (row) => row.batchKey },
  ],
  sql: (source, { present, partition }) => `
    insert into ${partition("executions")} (id, namespace_id, workflow_id, trigger_id, deployment_id, delivery_id, origin, mode, state,
      attempt, epoch, owner, started_at, event, input, input_artifact, replay_of, priority, flow_key, expires_at, due_at,
      finished_at, error, batch_key)
    select id, namespace_id, workflow_id, trigger_id, deployment_id, delivery_id, origin, mode,
      case when beginning = ${Beginning.cancelled} then ${ExecutionState.cancelled}
        when beginning <> ${Beginning.usual} then ${ExecutionState.waiting}
        when owner is null then ${ExecutionState.received} else ${ExecutionState.started} end,
      case when starts then 1 else 0 end, case when starts then 1 else 0 end, case when starts then owner end,
      case when starts then now() end, event, input, input_artifact, replay_of, priority, flow_key,
      case when not starts then now() + ttl_ms::float8 * interval '1 millisecond' end,
      case when beginning = ${Beginning.later} then now() + delay_ms::float8 * interval '1 millisecond' end,
      case when beginning = ${Beginning.cancelled} then now() end, error, batch_key
    from ${source} cross join lateral (
      select owner is not null and beginning = ${Beginning.usual}) as begun (starts)
    ${whereClaimed(present)}
    returning id`,
};
