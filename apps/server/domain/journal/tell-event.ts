import type { Database, Queryable } from "../../platform/db/database.ts";
import { ExecutionState } from "../executions/states.ts";
import { WAKE } from "./settle-wait.ts";
import { JournalState } from "./states.ts";

/** The rows of so many runs are locked at once: a flush of the lane that has one of them waits for the commit. */
export const TOLD_AT_ONCE_MAX = 100;

interface Told {
  executionId: string;
  key: Buffer;
}

interface TellContext {
  database: Database;
  wakeQueue(): void;
}

/** Notes whom the event is to be told, in the transaction that records it: from here on it is theirs. Resolves with how many they are. */
export async function takeInHand(
  transaction: Queryable,
  { id, value, waits }: { id: string; value: Buffer; waits: readonly { id: string }[] },
): Promise<number> {
  await transaction.query("insert into events_in_hand (id, value) values ($1, $2)", [id, value]);
  const noted = await transaction.query("update journal_waits set event_id = $1 where id = any($2::uuid[])", [
    id,
    waits.map((wait) => wait.id),
  ]);
  return noted.rowCount ?? 0;
}

/** Goes on with events that a server left before all were told. */
export async function tellEventsInHand(
  context: TellContext & { report(error: unknown): void },
): Promise<void> {
  const left = await context.database.query<{ id: string }>("select id from events_in_hand order by id");
  for (const { id } of left.rows) await tellEvent(context, id).catch(context.report);
}

/** Tells those that are yet to be told, so many a transaction, unless another server is about it. */
export async function tellEvent({ database, wakeQueue }: TellContext, id: string): Promise<void> {
  while (await database.transaction((transaction) => tellSome(transaction, id))) wakeQueue();
}

/** False when there is nobody left. */
async function tellSome(transaction: Queryable, id: string): Promise<boolean> {
  const event = await transaction.query<{ value: Buffer }>(
    "select value from events_in_hand where id = $1 for update skip locked",
    [id],
  );
  const { value } = event.rows[0] ?? {};
  if (value === undefined) return false;
  const next = await transaction.query<Told>(
    `select execution_id as "executionId", key from journal_waits where event_id = $1
     order by execution_id, key limit ${TOLD_AT_ONCE_MAX}`,
    [id],
  );
  if (next.rows.length === 0) {
    await transaction.query("delete from events_in_hand where id = $1", [id]);
    return false;
  }
  await settleWithEvent(transaction, next.rows, value);
  return true;
}

/**
 * What settleWait() does for one, for some at once. Which those are is decided: one whose time is over by now has not waited
 * in vain. Resolves with how many were told.
 */
export async function settleWithEvent(
  transaction: Queryable,
  waits: readonly Told[],
  value: Buffer,
): Promise<number> {
  const given = [waits.map(({ executionId }) => executionId), waits.map(({ key }) => key)];
  const settled = await transaction.query<{ id: string }>(
    `update journal_entries set state = ${JournalState.completed}, value = $3, settled_at = now()
     where execution_id = any($1::uuid[]) and (execution_id, key) in (select * from unnest($1::uuid[], $2::bytea[]))
       and state = ${JournalState.pending}
     returning execution_id as id`,
    [...given, value],
  );
  await transaction.query(
    `delete from journal_waits
     where execution_id = any($1::uuid[]) and (execution_id, key) in (select * from unnest($1::uuid[], $2::bytea[]))`,
    given,
  );
  const ids = [...new Set(settled.rows.map(({ id }) => id))];
  // In the order of ids, as everybody who locks several; and last, for a flush of the lane waits behind them.
  await transaction.query("select from executions where id = any($1::uuid[]) order by id for update", [ids]);
  await transaction.query(`${WAKE} where id = any($1::uuid[]) and state < ${ExecutionState.completed}`, [
    ids,
  ]);
  return settled.rows.length;
}
