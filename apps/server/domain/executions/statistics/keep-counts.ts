import type { Database, Queryable } from "../../../platform/db/database.ts";
import { uuidFloor, uuidInstantMs } from "../../../platform/uuid-v7.ts";
import { ExecutionState } from "../states.ts";
import { closeWindows, countStretch, lockCounting, moveCounting, smallWindowsFrom } from "./count-window.ts";
import { floorTo, HOUR, WINDOW } from "./windows.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = HOUR * SECOND_MS;
/** Clocks of servers differ by less, and a commit takes less. */
const COUNTED_AFTER_MS = 2 * MINUTE_MS;
/** What an outage of the database held up has come by then: counted once more. */
const SETTLED_AFTER_MS = 20 * MINUTE_MS;
/** An arbitrary constant. */
export const COUNT_LOCK = 7_203_419;

interface Round {
  signal: AbortSignal;
  /** By the database's clock. */
  nowMs: number;
}

/** One round: what changed in windows that are counted, then what is new; an hour a transaction. */
export async function keepCounts(database: Database, { signal, nowMs }: Round): Promise<void> {
  for (const { fromMs, toMs } of await listChanged(database)) {
    if (signal.aborted) return;
    await recount(database, { fromMs, toMs, nowMs });
  }
  while (!signal.aborted && (await countNext(database, nowMs)));
  while (!signal.aborted && (await settleNext(database, nowMs)));
  await forgetSmallWindows(database, nowMs);
}

/** Counts a stretch within one hour again, as far as it was counted before. */
export async function recount(
  database: Database,
  { fromMs, toMs, nowMs }: { fromMs: number; toMs: number; nowMs: number },
): Promise<void> {
  await database.transaction(async (transaction) => {
    const { countedUntil } = await lockCounting(transaction);
    const stretch = { fromMs, toMs: Math.min(toMs, countedUntil), countedUntil, nowMs };
    if (stretch.fromMs < stretch.toMs) await countStretch(transaction, stretch);
  });
}

/** False when there is nothing more to count. */
function countNext(database: Database, nowMs: number): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const counting = await lockCounting(transaction);
    const untilMs = floorTo(WINDOW, nowMs - COUNTED_AFTER_MS);
    const firstMs = await findNextRow(transaction, counting.countedUntil);
    const fromMs = floorTo(WINDOW, firstMs ?? untilMs);
    if (fromMs >= untilMs) return moveTo(transaction, counting, untilMs);
    const countedUntil = Math.min(untilMs, floorTo(HOUR, fromMs) + HOUR_MS);
    await countStretch(transaction, { fromMs, toMs: countedUntil, countedUntil, nowMs });
    await closeWindows(transaction, { fromMs: counting.countedUntil, toMs: countedUntil });
    // What is counted so late has settled.
    const settledUntil = Math.max(counting.settledUntil, Math.min(countedUntil, settlesBefore(nowMs)));
    await moveCounting(transaction, { countedUntil, settledUntil });
    return true;
  });
}

async function moveTo(
  transaction: Queryable,
  counting: { countedUntil: number; settledUntil: number },
  untilMs: number,
): Promise<false> {
  if (untilMs <= counting.countedUntil) return false;
  await closeWindows(transaction, { fromMs: counting.countedUntil, toMs: untilMs });
  await moveCounting(transaction, { ...counting, countedUntil: untilMs });
  return false;
}

function settleNext(database: Database, nowMs: number): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const counting = await lockCounting(transaction);
    const { countedUntil, settledUntil } = counting;
    const untilMs = Math.min(countedUntil, settlesBefore(nowMs));
    const firstMs = await findNextRow(transaction, settledUntil);
    const fromMs = floorTo(WINDOW, firstMs ?? untilMs);
    if (fromMs >= untilMs) return false;
    const toMs = Math.min(untilMs, floorTo(HOUR, fromMs) + HOUR_MS);
    await countStretch(transaction, { fromMs, toMs, countedUntil, nowMs });
    await moveCounting(transaction, { countedUntil, settledUntil: toMs });
    return true;
  });
}

function settlesBefore(nowMs: number): number {
  return floorTo(WINDOW, nowMs - SETTLED_AFTER_MS);
}

/** Windows in which something has ended, or was deleted, since they were counted. */
async function listChanged(database: Queryable): Promise<{ fromMs: number; toMs: number }[]> {
  const changed = await database.query<{ at: Date }>(
    `select distinct date_bin('${WINDOW} seconds', uuid_extract_timestamp(o.id), 'epoch') as at
     from execution_open o
     where not exists (select from executions e where e.id = o.id and e.state < ${ExecutionState.completed}) order by at`,
  );
  const windows = changed.rows.map(({ at }) => at.getTime());
  return windows.map((fromMs) => ({ fromMs, toMs: fromMs + WINDOW * SECOND_MS }));
}

/** Whole stretches without a row are left out. */
async function findNextRow(transaction: Queryable, fromMs: number): Promise<number | undefined> {
  const found = await transaction.query<{ id: string }>(
    "select id from executions where id >= $1 order by id limit 1",
    [uuidFloor(fromMs)],
  );
  const id = found.rows[0]?.id;
  return id === undefined ? undefined : uuidInstantMs(id);
}

async function forgetSmallWindows(database: Queryable, nowMs: number): Promise<void> {
  await database.query("delete from execution_counts where seconds = $1 and at < $2", [
    WINDOW,
    new Date(smallWindowsFrom(nowMs)),
  ]);
}

/** What retention has taken away of a namespace is not counted any more. */
export async function forgetCounts(
  database: Queryable,
  namespaceId: string,
  cutoffMs: number,
): Promise<void> {
  await database.query(
    `delete from execution_counts
     where namespace_id = $1 and at < $2 and at + seconds * interval '1 second' <= $2`,
    [namespaceId, new Date(cutoffMs)],
  );
}
