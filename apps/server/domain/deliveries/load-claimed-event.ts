import type { WireEvent } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import type { RunError } from "@floww/executor/host";
import type { Queryable } from "../../platform/db/database.ts";
import { outlastOutage } from "../../platform/db/outlast-outage.ts";
import { commitEnd } from "../executions/commit-end.ts";
import { INTERRUPTED_PAUSE_MS, mayBeInterrupted } from "../executions/decide-end.ts";
import type { FailureRow } from "../executions/ledger-fragments.ts";
import { failureOf } from "../executions/plan-failure.ts";
import { requeue } from "../executions/requeue.ts";
import { runPolicyOf } from "../executions/run-policy.ts";
import { ExecutionOrigin, ExecutionState } from "../executions/states.ts";
import type { ClaimedExecution } from "../executions/store.ts";
import type { RunContext } from "../executions/types.ts";
import { loadEvent } from "./load-event.ts";
import { findDelivery } from "./store.ts";

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
    if (cause instanceof FlowwError && cause.code !== "ARTIFACTS_UNAVAILABLE")
      return goOnWithout(context, claimed, cause);
    context.report(cause);
    const error = new FlowwError("INTERNAL", "The event could not be read.");
    if (!isTakenUp || !mayBeInterrupted(claimed)) return goOnWithout(context, claimed, error);
    await putBack(context, claimed, error);
    return undefined;
  }
}

/** A store that is away for a minute must not cost a run all its interruptions: 1, 4, 16 and 64 seconds. */
const PAUSE_GROWTH = 4;

async function putBack(
  context: ClaimedContext,
  claimed: Claimed,
  { code, message }: FlowwError,
): Promise<void> {
  const end = { state: "interrupted", error: { code, name: "FlowwError", message } } as const;
  const decision = { againAfterMs: INTERRUPTED_PAUSE_MS * PAUSE_GROWTH ** claimed.interruptions };
  await requeue(context, { owned: claimed, end, decision, bootMs: null, runMs: 0, logs: [] });
  context.bells.executionChanged(claimed.namespaceId, claimed.id);
}

/** A run of `onFailure` has all but the body in its own row, and is told of what failed without it. Anything else has failed. */
async function goOnWithout(
  context: ClaimedContext,
  claimed: Claimed,
  error: FlowwError,
): Promise<WireEvent | undefined> {
  if (claimed.origin === ExecutionOrigin.failure && claimed.event !== null)
    return withoutBody(claimed.event.toString("utf8"));
  const { code, message } = error;
  const failures = await planFailure(context, claimed, { code, name: "FlowwError", message });
  await failClaimed(context, claimed, error, failures);
  return undefined;
}

/** None without a head: the author's code could not tell what failed. */
async function planFailure(
  context: ClaimedContext,
  claimed: Claimed,
  error: RunError,
): Promise<FailureRow[]> {
  const { id, origin, attempt, event: head } = claimed;
  const policy = runPolicyOf(JSON.parse(claimed.triggerInput.toString("utf8")), {
    origin,
    isAcknowledged: false,
  });
  if (!policy.hasOnFailure) return [];
  const event = head === null ? await findDelivered(context, claimed) : withoutBody(head.toString("utf8"));
  if (event === undefined) return [];
  const failed = { id, publicId: formatId("execution", id), attempt, policy, event };
  return failureOf(failed, { state: "failed", error });
}

async function findDelivered(
  { database }: ClaimedContext,
  { namespaceId, deliveryId }: Claimed,
): Promise<WireEvent | undefined> {
  if (deliveryId === null) return undefined;
  const delivery = await outlastOutage(() => findDelivery(database, namespaceId, deliveryId));
  return delivery && { head: delivery.head, body: NONE };
}

function withoutBody(head: string): WireEvent {
  return { head: JSON.parse(head), body: NONE };
}

const NONE = Buffer.alloc(0);

/** Ends a claimed execution that cannot be run, with the run that is told of it, if any. */
export async function failClaimed(
  { ledger, serverId, bells, wakeQueueIn }: Omit<ClaimedContext, "artifacts" | "database" | "report">,
  { id, namespaceId, epoch }: Claimed,
  { code, message }: FlowwError,
  failures: FailureRow[] = [],
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
  await commitEnd(ledger, { id, rows: { finished: [row], failures } });
  for (const changed of [{ id }, ...failures]) bells.executionChanged(namespaceId, changed.id);
  if (failures.length > 0) wakeQueueIn(0);
}
