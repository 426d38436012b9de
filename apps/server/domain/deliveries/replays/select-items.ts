import type { Queryable } from "../../../platform/db/database.ts";
import { uuidFloor } from "../../../platform/uuid-v7.ts";
import type { ExecutionFilter } from "../../executions/listing/execution-filter.ts";
import { countingSql, matchingSql } from "../../executions/listing/matching.ts";
import { ExecutionOrigin, ExecutionState } from "../../executions/states.ts";
import { Verdict } from "../ledger.ts";
import { DELIVERY_FILTER, type DeliveryFilter, deliveryFilterValues } from "../store.ts";

/** Which things a replay of many is for. Plain data: it lies in the database while that goes on. */
export type Selection =
  | { kind: "executions"; filter: ExecutionFilter; untilId: string }
  | { kind: "deliveries"; filter: DeliveryFilter; untilId: string };

/**
 * Finished, not a laptop's, not made by another run (which makes it again), no event of a batch (whose replay has it too),
 * and not replayed since: asking for the same twice runs nothing twice, and a replay that failed stands for what it replayed.
 */
const REPLAYABLE = [
  `e.state >= ${ExecutionState.completed}`,
  "(e.batch_id is null or e.batch_id = e.id)",
  `e.origin not in (${ExecutionOrigin.dev}, ${ExecutionOrigin.failure}, ${ExecutionOrigin.invoke})`,
  "not exists (select from executions r where r.replay_of = e.id)",
];

/** Of what was refused, only what has caused nothing since. */
const DELIVERIES = `from deliveries d
  where ${DELIVERY_FILTER} and d.id > $7 and d.id < $8
    and (d.verdict in (${Verdict.accepted}, ${Verdict.duplicate}, ${Verdict.dev})
      or not exists (select from executions e where e.delivery_id = d.id))`;

const FIRST = uuidFloor(0);

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
  const { kind, filter, untilId } = selection;
  if (kind === "executions") {
    const reading = {
      columns: "e.id, e.state",
      order: "asc",
      limit,
      afterId,
      untilId,
      and: REPLAYABLE,
    } as const;
    const { text, values } = matchingSql(filter, reading);
    return (await database.query<SelectedItem>(text, values)).rows;
  }
  const found = await database.query<SelectedItem>(
    `select d.id, d.verdict as state ${DELIVERIES} order by d.id limit $9`,
    [...deliveryFilterValues(filter), afterId, untilId, limit],
  );
  return found.rows;
}

export async function countSelected(
  database: Queryable,
  { kind, filter, untilId }: Selection,
): Promise<number> {
  const { text, values } =
    kind === "executions"
      ? countingSql(filter, { untilId, and: REPLAYABLE })
      : {
          text: `select count(*)::integer as count ${DELIVERIES}`,
          values: [...deliveryFilterValues(filter), FIRST, untilId],
        };
  return (await database.query<{ count: number }>(text, values)).rows[0]!.count;
}
