import type { WireEvent } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { Queryable } from "../../platform/db/database.ts";
import { outlastOutage } from "../../platform/db/outlast-outage.ts";
import { commitEnd } from "../executions/commit-end.ts";
import type { ExecutionLedger } from "../executions/execution-ledger.ts";
import { ExecutionState } from "../executions/states.ts";
import type { ClaimedExecution } from "../executions/store.ts";
import { loadEvent } from "./load-event.ts";

export interface ClaimedContext {
  database: Queryable;
  artifacts: ArtifactStore;
  ledger: ExecutionLedger;
  serverId: string;
}

type Claimed = Omit<ClaimedExecution, "bundleHash">;

/** A claimed execution's event. What was claimed must end: without its event it ends as failed, and this is undefined. */
export async function loadClaimedEvent(
  context: ClaimedContext,
  claimed: Claimed,
): Promise<WireEvent | undefined> {
  try {
    return await outlastOutage(() => loadEvent(context, claimed));
  } catch (cause) {
    const error =
      cause instanceof FlowwError ? cause : new FlowwError("INTERNAL", "The event could not be read.");
    await failClaimed(context, claimed, error);
    return undefined;
  }
}

/** Ends a claimed execution that cannot be run. */
export async function failClaimed(
  { ledger, serverId }: ClaimedContext,
  { id, epoch }: Claimed,
  { code, message }: FlowwError,
): Promise<void> {
  const error = Buffer.from(JSON.stringify({ code, name: "FlowwError", message }));
  const nothing = { answer: null, output: null, outputArtifact: null };
  const row = { id, owner: serverId, epoch, state: ExecutionState.failed, runMs: 0, ...nothing, error };
  await commitEnd(ledger, { id, rows: { finished: [row] } });
}
