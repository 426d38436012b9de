import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import type { Database, Queryable } from "../../../platform/db/database.ts";
import { BY_INDEX } from "../../../platform/db/read-within.ts";
import type { NamedExecution } from "../../executions/store.ts";
import type { Bells } from "../../live/namespace-bells.ts";
import { findDelivery } from "../store.ts";
import type { EditedInput } from "./edited-input.ts";
import { findRecorded } from "./find-recorded.ts";
import type { MatchContext } from "./match-delivery.ts";
import { planDeliveryReplay, planExecutionReplay } from "./plan-replay.ts";
import { insertReplays, type ReplayRow } from "./replay-row.ts";
import { listSelected } from "./select-items.ts";
import { claimDueReplay, giveUpReplay, moveReplay, putOffReplay, type Replay } from "./store.ts";

export interface AdvanceContext extends Omit<MatchContext, "database"> {
  database: Database;
  wakeQueue(): void;
  bells: Bells;
}

/** What one transaction makes: small, so that a server's death repeats little. */
const BATCH_MAX = 100;
const SECOND_MS = 1_000;

/** In a row, from the same cursor: then the item that it is about is passed over, or the replay is given up. */
const FAILURES_MAX = 5;
/** Twice as long each time. */
const FAILURE_PAUSE_MS = 1_000;

/**
 * Takes the replay of many that is due, goes over its next items and moves its cursor, in one transaction: each item
 * gets its execution once, whatever dies in between. One that cannot go on makes room for the others. False when none was
 * due.
 */
export async function advanceReplay(context: AdvanceContext): Promise<boolean> {
  let replay: Replay | undefined;
  try {
    const born = await context.database.transaction(async (transaction) => {
      replay = await claimDueReplay(transaction);
      if (replay === undefined) return undefined;
      await transaction.query(BY_INDEX);
      return advance({ ...context, database: transaction }, replay);
    });
    if (born === undefined) return false;
    tell(context, born);
  } catch (error) {
    if (replay === undefined) throw error;
    await putOff(context, replay);
    context.report(error);
  }
  return true;
}

/** After its transaction, which is undone. While the database is away this fails too, and all of them wait. */
async function putOff({ database }: AdvanceContext, { id, failures }: Replay): Promise<void> {
  if (failures < FAILURES_MAX)
    return putOffReplay(database, { id, pauseMs: FAILURE_PAUSE_MS * 2 ** failures });
  await giveUpReplay(database, { id, problem: "It could not go on, and was given up." });
}

function tell({ bells, wakeQueue }: AdvanceContext, born: readonly NamedExecution[]): void {
  for (const { namespaceId, id } of born) bells.executionChanged(namespaceId, id);
  wakeQueue();
}

async function advance(context: MatchContext, replay: Replay): Promise<NamedExecution[]> {
  const { database: transaction } = context;
  const limit = Math.min(BATCH_MAX, replay.rate);
  const items = await listSelected(transaction, replay.selection, { afterId: replay.cursor, limit });
  const born: NamedExecution[] = [];
  let replayed = 0;
  let passed = 0;
  let problem: string | null = null;
  for (const { id } of items) {
    await transaction.query("savepoint item");
    try {
      born.push(...(await insertReplays(transaction, await planItem(context, replay, id))));
      replayed += 1;
    } catch (error) {
      await transaction.query("rollback to savepoint item");
      // One that cannot run any more holds up nobody. Anything else may pass: it is where the next look begins.
      if (!(error instanceof FlowwError) || error.code === "ARTIFACTS_UNAVAILABLE") {
        if (passed > 0) break;
        if (replay.failures < FAILURES_MAX) throw error;
        context.report(error);
      }
      problem = error instanceof FlowwError ? error.message : unreadable(replay, id);
    }
    passed += 1;
  }
  await moveReplay(transaction, {
    id: replay.id,
    cursor: items[passed - 1]?.id ?? replay.cursor,
    replayed,
    skipped: passed - replayed,
    problem,
    isDone: passed === items.length && items.length < limit,
    pauseMs: (passed / replay.rate) * SECOND_MS,
  });
  return born;
}

function unreadable({ selection }: Replay, id: string): string {
  const kind = selection.kind === "deliveries" ? "delivery" : "execution";
  return `${formatId(kind, id)} could not be read.`;
}

async function planItem(context: MatchContext, replay: Replay, id: string): Promise<ReplayRow[]> {
  const { namespaceId, isOriginal } = replay;
  const options = { isOriginal, input: editedOf(replay) };
  if (replay.selection.kind === "deliveries") {
    const delivery = await findDelivery(context.database, namespaceId, id);
    return delivery === undefined ? gone(id) : planDeliveryReplay(context, delivery, options);
  }
  const recorded = await findRecorded(context.database, namespaceId, id);
  return recorded === undefined ? gone(id) : [await planExecutionReplay(context, recorded, options)];
}

function gone(id: string): never {
  throw new FlowwError("NOT_FOUND", `${id} is no longer kept.`);
}

function editedOf({ input, inputArtifact }: Replay): EditedInput | undefined {
  if (input === null && inputArtifact === null) return undefined;
  return { bytes: input ?? Buffer.alloc(0), artifact: inputArtifact };
}

/** For whoever asks for one: the same plan, in a transaction of its own. */
export async function replayNow(
  context: AdvanceContext,
  plan: (context: MatchContext & { database: Queryable }) => Promise<ReplayRow[]>,
): Promise<string[]> {
  const born = await context.database.transaction(async (transaction) =>
    insertReplays(transaction, await plan({ ...context, database: transaction })),
  );
  tell(context, born);
  return born.map(({ id }) => id);
}
