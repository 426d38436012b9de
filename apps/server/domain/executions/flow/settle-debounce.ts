import { FlowwError } from "@floww/contract/errors";
import type { Queryable } from "../../../platform/db/database.ts";
import { ExecutionState } from "../states.ts";
import { cancelRuns } from "./cancel-runs.ts";
import type { Controls } from "./read-controls.ts";
import { lockKeys } from "./settle-slots.ts";

interface Rival {
  id: string;
  firstAt: Date;
  /** It came later, though it was settled earlier. */
  isLater: boolean;
}

/**
 * Of two events of one key that wait for quiet the later one goes on waiting and the earlier one ends. In the caller's
 * transaction, after both are recorded: whatever dies in between, the last event runs.
 */
export async function settleDebounce(
  transaction: Queryable,
  { key, periodMs, maxWaitMs }: NonNullable<Controls["debounce"]>,
  id: string,
): Promise<void> {
  await lockKeys(transaction, [key]);
  const rival = await findRival(transaction, key, id);
  if (rival === undefined) return keepWinner(transaction, { key, id, periodMs });
  const [winner, loser] = rival.isLater ? [rival.id, id] : [id, rival.id];
  await transaction.query(
    `update executions set due_at = least(due_at, $2::timestamptz + $3::float8 * interval '1 millisecond')
     where id = $1 and state = ${ExecutionState.waiting} and due_at is not null`,
    [winner, rival.firstAt, maxWaitMs ?? null],
  );
  await cancelRuns(transaction, [loser], new FlowwError("RUN_DEBOUNCED"));
  await keepWinner(transaction, { key, id: winner, periodMs, firstAt: rival.firstAt });
}

/** The one that waits for quiet now; one that has been started, or is about to be, is none. */
async function findRival(transaction: Queryable, key: Buffer, id: string): Promise<Rival | undefined> {
  const found = await transaction.query<Rival>(
    `select other.id, d.first_at as "firstAt", (other.created_at, other.id) > (mine.created_at, mine.id) as "isLater"
     from flow_debounces d join executions other on other.id = d.execution_id, executions mine
     where d.key = $1 and mine.id = $2 and other.id <> mine.id
       and other.state = ${ExecutionState.waiting} and other.due_at > now() and other.epoch = 0`,
    [key, id],
  );
  return found.rows[0];
}

async function keepWinner(
  transaction: Queryable,
  { key, id, periodMs, firstAt }: { key: Buffer; id: string; periodMs: number; firstAt?: Date },
): Promise<void> {
  await transaction.query(
    `insert into flow_debounces (key, execution_id, first_at, idle_at)
     values ($1, $2, coalesce($4, now()), now() + $3::float8 * interval '1 millisecond')
     on conflict (key) do update
     set execution_id = excluded.execution_id, first_at = excluded.first_at, idle_at = excluded.idle_at`,
    [key, id, periodMs, firstAt ?? null],
  );
}
