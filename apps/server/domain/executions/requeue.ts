import { FlowwError } from "@floww/contract/errors";
import type { RunEnd } from "@floww/executor/host";
import { outlastOutage } from "../../platform/db/outlast-outage.ts";
import { commitEnd } from "./commit-end.ts";
import type { Decision } from "./decide-end.ts";
import type { ExecutionLedger } from "./execution-ledger.ts";
import type { LogRow, RequeuedRow } from "./ledger-fragments.ts";
import { ExecutionState } from "./states.ts";
import type { OwnedExecution, RunContext, RunOutcome } from "./types.ts";

interface Requeued {
  owned: Pick<OwnedExecution, "id" | "epoch" | "attempt">;
  end: RunEnd;
  decision: Exclude<Decision, "over">;
  bootMs: number | null;
  runMs: number;
  logs: LogRow[];
}

/** Puts a started execution back: for another attempt, or until its journal goes on. Undefined when it is not ours any more. */
export async function requeue(
  context: Pick<RunContext, "serverId" | "ledger" | "wakeQueueIn">,
  { owned: { id, epoch, attempt }, end, decision, bootMs, runMs, logs }: Requeued,
): Promise<RunOutcome | undefined> {
  const { againAfterMs: delayMs, heldBy = null } = decision === "waits" ? { againAfterMs: 0 } : decision;
  const failed = "error" in end ? end : undefined;
  const error = Buffer.from(JSON.stringify(failed?.error ?? stalled()));
  const row: RequeuedRow = {
    id,
    owner: context.serverId,
    epoch,
    how: decision === "waits" ? "waits" : "again",
    delayMs,
    heldBy,
    bootMs,
    runMs,
    error,
  };
  const attempts = failed === undefined ? [] : [{ id, attempt, state: ExecutionState[failed.state], error }];
  const reopened = failed === undefined ? [] : [{ id }];
  const rows = { requeued: [row], attempts, reopened, logs };
  const isOurs = await commitEnd(context.ledger, { id, rows });
  if (!isOurs && !(await wasRequeued(context.ledger, { id, epoch }))) return undefined;
  context.wakeQueueIn(delayMs);
  return failed === undefined ? end : { state: "retrying", error: failed.error };
}

/** The same row sent twice finds a run that is not started any more, or by somebody else. */
async function wasRequeued(
  ledger: ExecutionLedger,
  row: Pick<RequeuedRow, "id" | "epoch">,
): Promise<boolean> {
  const done = await outlastOutage(() => ledger.commit({ requeuedBefore: [row] }));
  return done.has("requeuedBefore", row.id);
}

function stalled() {
  const { code, message } = new FlowwError("RUN_STALLED");
  return { code, name: "FlowwError", message };
}
