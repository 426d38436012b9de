import type { WireEvent } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { Queryable } from "../../platform/db/database.ts";
import { outlastOutage } from "../../platform/db/outlast-outage.ts";
import { commitEnd } from "../executions/commit-end.ts";
import { INTERRUPTED_PAUSE_MS, mayBeInterrupted } from "../executions/decide-end.ts";
import { requeue } from "../executions/requeue.ts";
import { ExecutionState } from "../executions/states.ts";
import type { ClaimedExecution } from "../executions/store.ts";
import type { RunContext } from "../executions/types.ts";
import { loadEvent } from "./load-event.ts";

export interface ClaimedContext
  extends Pick<RunContext, "serverId" | "ledger" | "artifacts" | "wakeQueueIn" | "bells"> {
  database: Queryable;
  report(error: unknown): void;
}

type Claimed = Omit<ClaimedExecution, "bundleHash" | "placed">;

/**
 * A claimed execution's event. What was claimed must end: one whose event is gone has failed, and one whose event cannot be
 * read now, which is none of its fault, is put back where `isTakenUp`. Undefined for both.
 */
export async function loadClaimedEvent(
  context: ClaimedContext,
  claimed: Claimed,
  { isTakenUp }: { isTakenUp: boolean },
): Promise<WireEvent | undefined> {
  try {
    return await outlastOutage(() => loadEvent(context, claimed));
  } catch (cause) {
    if (cause instanceof FlowwError) await failClaimed(context, claimed, cause);
    else {
      context.report(cause);
      await putBack(context, claimed, isTakenUp);
    }
    return undefined;
  }
}

async function putBack(context: ClaimedContext, claimed: Claimed, isTakenUp: boolean): Promise<void> {
  const { code, message } = new FlowwError("INTERNAL", "The event could not be read.");
  if (!isTakenUp || !mayBeInterrupted(claimed))
    return failClaimed(context, claimed, new FlowwError(code, message));
  const end = { state: "interrupted", error: { code, name: "FlowwError", message } } as const;
  const decision = { againAfterMs: INTERRUPTED_PAUSE_MS };
  await requeue(context, { owned: claimed, end, decision, bootMs: null, runMs: 0, logs: [] });
  context.bells.executionChanged(claimed.namespaceId, claimed.id);
}

/** Ends a claimed execution that cannot be run. */
export async function failClaimed(
  { ledger, serverId, bells }: Pick<ClaimedContext, "ledger" | "serverId" | "bells">,
  { id, namespaceId, epoch }: Claimed,
  { code, message }: FlowwError,
): Promise<void> {
  const error = Buffer.from(JSON.stringify({ code, name: "FlowwError", message }));
  const nothing = { answer: null, output: null, outputArtifact: null };
  const row = {
    id,
    owner: serverId,
    epoch,
    state: ExecutionState.failed,
    bootMs: null,
    runMs: 0,
    ...nothing,
    error,
  };
  await commitEnd(ledger, { id, rows: { finished: [row] } });
  bells.executionChanged(namespaceId, id);
}
