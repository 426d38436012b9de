import { FlowwError } from "@floww/contract/errors";
import type { StepRecord } from "@floww/contract/host-calls";
import { limits } from "@floww/contract/limits";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { LaneResult } from "../../platform/db/lane.ts";
import { outlastOutage } from "../../platform/db/outlast-outage.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { RunIdentity } from "../executions/host-operations.ts";
import type { Bells } from "../live/namespace-bells.ts";
import type { StepRow } from "./journal-fragment.ts";
import { JournalState } from "./states.ts";

export interface StepContext {
  artifacts: ArtifactStore;
  ledger: { commit(item: { steps: StepRow[] }): Promise<LaneResult> };
  bells: Bells;
}

/** Journals what a step came to; resolves after the commit. @throws FlowwError RUN_ENDED when another start goes on with the run */
export async function recordStep(
  context: StepContext,
  run: RunIdentity,
  { key, position, attempts, value, error, retryAfterMs }: StepRecord,
): Promise<void> {
  const bytes = value === undefined ? null : Buffer.from(value);
  const isBig = bytes !== null && bytes.byteLength > limits.inlineBytesMax;
  const row: StepRow = {
    id: newUuid(),
    executionId: run.id,
    owner: run.owner,
    epoch: run.epoch,
    key: Buffer.from(key),
    position,
    state:
      error === undefined
        ? JournalState.completed
        : retryAfterMs === undefined
          ? JournalState.failed
          : JournalState.pending,
    value: isBig ? null : bytes,
    valueArtifact: isBig ? await context.artifacts.put(run.namespaceId, bytes) : null,
    error: error === undefined ? null : Buffer.from(JSON.stringify(error)),
    attempts,
    delayMs: retryAfterMs ?? null,
  };
  // What the step did outside is done: while the database is away its record waits.
  const done = await outlastOutage(() => context.ledger.commit({ steps: [row] }));
  if (!done.has("steps", row.id)) throw new FlowwError("RUN_ENDED");
  context.bells.executionChanged(run.namespaceId, run.id);
}
