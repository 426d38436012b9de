import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { Database } from "../../platform/db/database.ts";
import { cancelRuns } from "../executions/flow/cancel-runs.ts";
import { ExecutionOrigin, ExecutionState } from "../executions/states.ts";

/** Ends events that no laptop took within the time that they wait; resolves with how many, `limit` at most. */
export function expireWaiting(database: Database, limit: number): Promise<number> {
  return database.transaction(async (transaction) => {
    const expired = await transaction.query<{ id: string }>(
      `select id from executions
       where state = ${ExecutionState.received} and origin = ${ExecutionOrigin.dev}
         and created_at <= now() - make_interval(hours => $1)
       order by id limit $2 for update skip locked`,
      [limits.devEventWaitHours, limit],
    );
    await cancelRuns(
      transaction,
      expired.rows.map(({ id }) => id),
      new FlowwError(
        "RUN_EXPIRED",
        `No dev session took this event within ${limits.devEventWaitHours} hours.`,
      ),
    );
    return expired.rows.length;
  });
}
