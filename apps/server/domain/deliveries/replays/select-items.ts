import type { Queryable } from "../../../platform/db/database.ts";
import { uuidFloor } from "../../../platform/uuid-v7.ts";
import { ExecutionOrigin, ExecutionState } from "../../executions/states.ts";
import { Verdict } from "../ledger.ts";
import { DELIVERY_FILTER, type DeliveryFilter, deliveryFilterValues } from "../store.ts";

/** Which things a replay of many is for. Plain data: it lies in the database while that goes on. */
export type Selection =
  | { kind: "executions"; filter: ExecutionFilter; untilId: string }
  | { kind: "deliveries"; filter: DeliveryFilter; untilId: string };

export interface ExecutionFilter {
  namespaceId: string;
  workflowId?: string | undefined;
  triggerId?: string | undefined;
  state?: number | undefined;
  fromMs?: number | undefined;
  toMs?: number | undefined;
}

/**
 * Finished, not a laptop's, not made by another run (which makes it again), no event of a batch (whose replay has it too),
 * and not replayed since: asking for the same twice runs nothing twice, and a replay that failed stands for what it replayed.
 */
const EXECUTIONS = `from executions e
  where e.namespace_id = $1 and ($2::uuid is null or e.workflow_id = $2) and ($3::uuid is null or e.trigger_id = $3)
    and ($4::smallint is null or e.state = $4) and ($5::uuid is null or e.id >= $5) and ($6::uuid is null or e.id < $6)
    and e.id > $7 and e.id < $8
    and e.state >= ${ExecutionState.completed}
    and (e.batch_id is null or e.batch_id = e.id)
    and e.origin not in (${ExecutionOrigin.dev}, ${ExecutionOrigin.failure}, ${ExecutionOrigin.invoke})
    and not exists (select from executions r where r.replay_of = e.id)`;

/** Of what was refused, only what has caused nothing since. */
const DELIVERIES = `from deliveries d
  where ${DELIVERY_FILTER} and d.id > $7 and d.id < $8
    and (d.verdict in (${Verdict.accepted}, ${Verdict.duplicate}, ${Verdict.dev})
      or not exists (select from executions e where e.delivery_id = d.id))`;

const SOURCES = {
  executions: { sql: EXECUTIONS, id: "e.id", state: "e.state" },
  deliveries: { sql: DELIVERIES, id: "d.id", state: "d.verdict" },
} as const;

const FIRST = uuidFloor(0);

function valuesOf(selection: Selection, afterId: string): unknown[] {
  const { kind, filter, untilId } = selection;
  if (kind === "deliveries") return [...deliveryFilterValues(filter), afterId, untilId];
  const { namespaceId, workflowId, triggerId, state, fromMs, toMs } = filter;
  const bounds = [fromMs, toMs].map((ms) => (ms === undefined ? null : uuidFloor(ms)));
  const some = [workflowId ?? null, triggerId ?? null, state ?? null];
  return [namespaceId, ...some, ...bounds, afterId, untilId];
}

export interface SelectedItem {
  id: string;
  /** The state of an execution, the verdict of a delivery. */
  state: number;
}

/** The next ones in the order of receipt. */
export async function listSelected(
  database: Queryable,
  selection: Selection,
  { afterId = FIRST, limit }: { afterId?: string; limit: number },
): Promise<SelectedItem[]> {
  const { sql, id, state } = SOURCES[selection.kind];
  const found = await database.query<SelectedItem>(
    `select ${id}, ${state} as state ${sql} order by ${id} limit $9`,
    [...valuesOf(selection, afterId), limit],
  );
  return found.rows;
}

export async function countSelected(database: Queryable, selection: Selection): Promise<number> {
  const { sql } = SOURCES[selection.kind];
  const counted = await database.query<{ count: number }>(
    `select count(*)::integer as count ${sql}`,
    valuesOf(selection, FIRST),
  );
  return counted.rows[0]!.count;
}
