import type { WireEventHead } from "@floww/contract/abi";
import { formatId } from "@floww/contract/ids";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { type FailureRow, INSERT_FAILURES } from "../executions/ledger-fragments.ts";
import { failureOf } from "../executions/plan-failure.ts";
import { runPolicyOf } from "../executions/run-policy.ts";
import type { NamedExecution, ReapedExecution } from "../executions/store.ts";

interface EndedExecution extends NamedExecution {
  attempt: number;
  origin: number;
  error: Buffer;
  triggerInput: Buffer;
  /** None when its delivery is no longer kept. */
  head: Buffer | null;
}

/** Reaps, and records the runs of `onFailure` of what that ended in the same commit. Resolves with all that has changed. */
export function reapRuns(
  database: Database,
  reap: (transaction: Queryable) => Promise<ReapedExecution[]>,
): Promise<NamedExecution[]> {
  return database.transaction(async (transaction) => {
    const reaped = await reap(transaction);
    const over = reaped.filter(({ isOver }) => isOver);
    return over.length === 0 ? reaped : [...reaped, ...(await recordFailures(transaction, over))];
  });
}

async function recordFailures(
  transaction: Queryable,
  over: readonly NamedExecution[],
): Promise<NamedExecution[]> {
  const ended = await transaction.query<EndedExecution>(
    `select e.id, e.namespace_id as "namespaceId", e.attempt, e.origin, e.error, t.input as "triggerInput",
       coalesce(e.event, d.head) as head
     from executions e join triggers t on t.id = e.trigger_id left join deliveries d on d.id = e.delivery_id
     where e.id = any($1::uuid[])`,
    [over.map(({ id }) => id)],
  );
  const failures = ended.rows.flatMap(planFailure);
  if (failures.length === 0) return [];
  const recorded = await transaction.query<NamedExecution>(
    `with given as (select * from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as given (id, failed_id, event))
     ${INSERT_FAILURES} from given join executions failed on failed.id = given.failed_id
     returning id, namespace_id as "namespaceId"`,
    [
      failures.map(({ id }) => id),
      failures.map(({ failedId }) => failedId),
      failures.map(({ event }) => event),
    ],
  );
  return recorded.rows;
}

function planFailure({ id, attempt, origin, error, triggerInput, head }: EndedExecution): FailureRow[] {
  const policy = runPolicyOf(JSON.parse(triggerInput.toString("utf8")), { origin, isAcknowledged: false });
  if (!policy.hasOnFailure || head === null) return [];
  const event = { head: JSON.parse(head.toString("utf8")) as WireEventHead, body: NONE };
  const failed = { id, publicId: formatId("execution", id), attempt, policy, event };
  return failureOf(failed, { state: "interrupted", error: JSON.parse(error.toString("utf8")) });
}

/** The failure's row has the failed one's. */
const NONE = Buffer.alloc(0);
