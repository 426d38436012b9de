import { FlowwError } from "@floww/contract/errors";
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
import { claimDueReplay, moveReplay, type Replay } from "./store.ts";

export interface AdvanceContext extends Omit<MatchContext, "database"> {
  database: Database;
  wakeQueue(): void;
  bells: Bells;
}

/** What one transaction makes: small, so that a server's death repeats little. */
const BATCH_MAX = 100;
const SECOND_MS = 1_000;

/**
 * Takes the replay of many that is due, goes over its next items and moves its cursor, in one transaction: each item
 * gets its execution once, whatever dies in between. False when none was due.
 */
export async function advanceReplay(context: AdvanceContext): Promise<boolean> {
  const born = await context.database.transaction(async (transaction) => {
    const replay = await claimDueReplay(transaction);
    if (replay === undefined) return undefined;
    await transaction.query(BY_INDEX);
    return advance({ ...context, database: transaction }, replay);
  });
  if (born === undefined) return false;
  tell(context, born);
  return true;
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
  let problem: string | null = null;
  for (const { id } of items) {
    try {
      born.push(...(await insertReplays(transaction, await planItem(context, replay, id))));
      replayed += 1;
    } catch (error) {
      // One that cannot run any more holds up nobody; anything else ends the transaction, and is tried again.
      if (!(error instanceof FlowwError)) throw error;
      problem = error.message;
    }
  }
  await moveReplay(transaction, {
    id: replay.id,
    cursor: items.at(-1)?.id ?? replay.cursor,
    replayed,
    skipped: items.length - replayed,
    problem,
    isDone: items.length < limit,
    pauseMs: (items.length / replay.rate) * SECOND_MS,
  });
  return born;
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
