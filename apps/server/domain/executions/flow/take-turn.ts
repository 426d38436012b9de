import { FlowwError } from "@floww/contract/errors";
import type { RunEnd } from "@floww/executor/host";
import type { Database } from "../../../platform/db/database.ts";
import { Beginning } from "./controlled-fragment.ts";
import type { FlowPlan } from "./plan-flow.ts";
import { settleDebounce } from "./settle-debounce.ts";
import { settleSlots, type WaitingRun } from "./settle-slots.ts";

/** What is next for an execution that has just been recorded. */
export type Turn =
  /** It is started already, by this server: run it. */
  | { kind: "now" }
  /** The queue has it, now or when its turn comes. */
  | { kind: "later" }
  | { kind: "refused"; end: RunEnd };

export interface TurnContext {
  database: Database;
  /** Slots of this key may be free. */
  wakeKey(flowKey: Buffer): void;
  /** An event gathers under this key. */
  wakeBatch(batchKey: Buffer): void;
}

/** After its commit. `waiting`: a caller waits at this server for its answer. */
export async function takeTurn(
  context: TurnContext,
  plan: FlowPlan | undefined,
  { id, waiting }: { id: string; waiting?: WaitingRun | undefined },
): Promise<Turn> {
  if (plan?.refusal !== undefined) return refused(plan.refusal);
  const debounce = plan?.debounce;
  if (debounce !== undefined)
    await context.database.transaction((transaction) => settleDebounce(transaction, debounce, id));
  if (plan?.batch !== undefined) context.wakeBatch(plan.batch.key);
  if (plan !== undefined && plan.beginning !== Beginning.usual) {
    if (plan.beginning === Beginning.held && plan.flowKey !== null)
      return takeSlot(context, plan.flowKey, waiting);
    return { kind: "later" };
  }
  return { kind: waiting === undefined ? "later" : "now" };
}

async function takeSlot(
  context: TurnContext,
  flowKey: Buffer,
  waiting: WaitingRun | undefined,
): Promise<Turn> {
  if (waiting === undefined) {
    context.wakeKey(flowKey);
    return { kind: "later" };
  }
  const { admitted, dropped } = await settleSlots(context.database, [flowKey], waiting);
  if (dropped.has(waiting.id))
    return refused({ error: new FlowwError("RUN_DROPPED"), retryAfterMs: SLOT_RETRY_MS });
  // Others may have got in with it: the queue has them now.
  if (admitted.size > (admitted.has(waiting.id) ? 1 : 0)) context.wakeKey(flowKey);
  return { kind: admitted.has(waiting.id) ? "now" : "later" };
}

/** Nobody knows when a run ends: soon, as most do. */
const SLOT_RETRY_MS = 1_000;

function refused({ error: { code, message }, retryAfterMs }: NonNullable<FlowPlan["refusal"]>): Turn {
  const error = { code, name: "FlowwError", message, retry: { afterMs: retryAfterMs } };
  return { kind: "refused", end: { state: "cancelled", error } };
}

/** A run that a caller waited for here is over, or pauses. */
export function leaveSlot(context: Pick<TurnContext, "wakeKey">, plan: FlowPlan | undefined): void {
  if (plan !== undefined && plan.flowKey !== null) context.wakeKey(plan.flowKey);
}
