import type { WireEvent } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
import type { RunEnd, RuntimeTarget } from "@floww/executor/host";
import { passFailPoint } from "../../platform/fail-points.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { Beginning } from "../executions/flow/controlled-fragment.ts";
import { type Birth, birthsOf, type FlowPlan, planFlow, wasBorn } from "../executions/flow/plan-flow.ts";
import { leaveSlot, type Turn, type TurnContext, takeTurn } from "../executions/flow/take-turn.ts";
import type { QueueLengths } from "../executions/queue-lengths.ts";
import { runExecution } from "../executions/run-execution.ts";
import { modeOf, runPolicyOf } from "../executions/run-policy.ts";
import { ExecutionOrigin } from "../executions/states.ts";
import type { AnswerSink, OwnedExecution, RunContext } from "../executions/types.ts";
import { type EventKey, type FirstEvent, findFirstEvent } from "./delivery-keys.ts";
import { laptopFull, leaveOutFull, waitsForLaptop } from "./laptop-room.ts";
import { type DeliveryRow, type Ledger, Verdict } from "./ledger.ts";
import { waitForEnd } from "./wait-for-end.ts";

export interface RecordContext extends RunContext, TurnContext {
  ledger: Ledger;
  queueLengths: Pick<QueueLengths, "assertRoom">;
}

/** One execution that an event is to cause. */
export interface PlannedRun {
  id: string;
  trigger: {
    id: string;
    namespaceId: string;
    workflowId: string;
    handlerId: string;
    input: Record<string, unknown>;
  };
  /** The dev session's id for a laptop: it stands in the place of the deployment, also while it waits. */
  deploymentId: string;
  runtime: RuntimeTarget;
  origin: "webhook" | "dev";
  /** The caller waits for what the handler returns; else the run follows from the queue. */
  waits: boolean;
  /** What tells a copy of the event from another one, where the sender says that. */
  key: EventKey | undefined;
  driver: RunContext["driver"];
  /** A recorded execution waits to be claimed. */
  wakeQueue(): void;
}

/** One inbound request that was let in, and what it is to cause. */
export interface Arrival {
  delivery: Omit<DeliveryRow, "id" | "head" | "body" | "bodyArtifact">;
  event: WireEvent;
  runs: readonly PlannedRun[];
  receivedAtMs: number;
}

/** What became of one planned run. */
export type Caused =
  | { kind: "new"; run: PlannedRun; executionId: string; flow: FlowPlan | undefined }
  /** The event was seen before: this is what it had caused then. */
  | { kind: "copy"; run: PlannedRun; executionId: string; hasOtherBody: boolean; isPruned: boolean };

/**
 * One commit: the delivery, and an execution for each run whose event was not seen before. Runs for a laptop whose queue is
 * full are left out of it.
 *
 * @throws FlowwError QUEUE_FULL when that leaves nothing
 */
export async function recordEvent(context: RecordContext, arrival: Arrival): Promise<Caused[]> {
  const { delivery, event, receivedAtMs } = arrival;
  // Where no process is warm, one starts beside the commit; the handler runs after it.
  for (const { waits, driver, runtime } of arrival.runs) if (waits) driver.prepare?.(runtime);
  const deliveryId = newUuid(receivedAtMs);
  const isBig = event.body.byteLength > limits.inlineBytesMax;
  const births: (Birth & { run: PlannedRun })[] = [];
  const keys: (EventKey & { id: string })[] = [];
  const runs = arrival.runs.some(waitsForLaptop) ? await withLaptopRoom(context, arrival) : arrival.runs;
  for (const planned of runs) {
    // A laptop's events are not production's: no limit counts them.
    const planning =
      planned.origin === "dev"
        ? undefined
        : planFlow(context.database, planned.trigger, event, { sentKey: planned.key });
    const flow = planning === undefined ? undefined : await planning;
    const run = withOwnKey(planned, flow);
    if (mayWait(run, flow)) context.queueLengths.assertRoom(run.trigger.namespaceId);
    if (run.key !== undefined) keys.push({ ...run.key, id: run.id });
    births.push({ run, flow, row: newExecution(context, run, deliveryId) });
  }
  passFailPoint("received");
  const recorded = await context.ledger.commit({
    deliveries: [
      {
        ...delivery,
        id: deliveryId,
        head: JSON.stringify(event.head),
        body: isBig ? null : event.body,
        bodyArtifact: isBig ? await context.artifacts.put(delivery.namespaceId, event.body) : null,
      },
    ],
    ...birthsOf(births),
    ...(keys.length === 0 ? {} : { keys }),
  });
  passFailPoint("committed");
  const caused: Caused[] = [];
  for (const { run, flow } of births) {
    const one: Caused = wasBorn(recorded, run.id)
      ? { kind: "new", run, executionId: run.id, flow }
      : await settleCopy(context, { run, flow, event }, deliveryId);
    if (one.kind === "new") context.bells.executionChanged(run.trigger.namespaceId, run.id);
    caused.push(one);
  }
  if (!caused.some(({ kind }) => kind === "new")) context.bells.deliveryCausedNothing(delivery.namespaceId);
  if (caused.some(({ kind }) => kind === "copy")) await markCopy(context, deliveryId, caused);
  return caused;
}

/** A full laptop takes nothing from the others. */
async function withLaptopRoom(
  { database }: RecordContext,
  { runs, delivery }: Arrival,
): Promise<readonly PlannedRun[]> {
  const kept = await leaveOutFull(database, runs);
  // A delivery that is kept for a paused workflow stays.
  if (kept.length === 0 && delivery.verdict !== Verdict.paused) throw laptopFull();
  return kept;
}

/** A laptop's queue has a bound of its own. */
function mayWait({ waits, origin }: PlannedRun, flow: FlowPlan | undefined): boolean {
  return origin !== "dev" && (!waits || (flow !== undefined && flow.beginning !== Beginning.usual));
}

/** What the author says that tells events apart comes before what their sender says. */
function withOwnKey(run: PlannedRun, flow: FlowPlan | undefined): PlannedRun {
  if (flow?.idempotency === undefined) return run;
  const { key, windowMs } = flow.idempotency;
  // Whatever else differs: the value is the event.
  return { ...run, key: { triggerId: run.trigger.id, key, bodyHash: key, windowMs } };
}

function newExecution({ serverId }: RecordContext, run: PlannedRun, deliveryId: string) {
  const { id, trigger, deploymentId, origin, waits, key } = run;
  return {
    id,
    namespaceId: trigger.namespaceId,
    workflowId: trigger.workflowId,
    triggerId: trigger.id,
    deploymentId: waits || origin === "dev" ? deploymentId : null,
    deliveryId,
    origin: ExecutionOrigin[origin],
    mode: modeOf(trigger.input, waits),
    owner: waits ? serverId : null,
    event: null,
    input: null,
    inputArtifact: null,
    replayOf: null,
    isKeyed: key !== undefined,
  };
}

/**
 * The event was seen before. When the first one failed, this one is its replay, and the key leads to it from now on: both in
 * one statement, so that of many copies at once one is that replay, and none dies with the key in its hand.
 */
async function settleCopy(
  context: RecordContext,
  { run, flow: planned, event }: { run: PlannedRun; flow: FlowPlan | undefined; event: WireEvent },
  deliveryId: string,
): Promise<Caused> {
  if (run.key === undefined) throw notRecorded();
  const first = await findFirstEvent(context.database, run.key);
  const isFailed = first?.standing === "failed";
  if (first !== undefined && !isFailed && first.standing !== "past") return copyOf(run, first);
  const flow = planned?.isUncounted
    ? await planFlow(context.database, run.trigger, event, { areCounted: true })
    : planned;
  const claim = { ...run.key, id: run.id };
  const row = { ...newExecution(context, run, deliveryId), replayOf: isFailed ? first.executionId : null };
  const recorded = await context.ledger.commit({
    ...(first === undefined ? { keys: [claim] } : { takeovers: [{ ...claim, from: first.executionId }] }),
    ...birthsOf([{ row, flow }]),
  });
  if (wasBorn(recorded, run.id)) return { kind: "new", run, executionId: run.id, flow };
  // Another copy was quicker, a moment ago: this one is a copy of it, also where it has failed since.
  const taker = await findFirstEvent(context.database, run.key);
  if (taker === undefined) throw notRecorded();
  return copyOf(run, taker);
}

function copyOf(run: PlannedRun, { executionId, standing }: FirstEvent): Caused {
  const [hasOtherBody, isPruned] = [standing === "other-body", standing === "pruned"];
  return { kind: "copy", run, executionId, hasOtherBody, isPruned };
}

function notRecorded(): FlowwError {
  return new FlowwError("INTERNAL", "The execution was not recorded.");
}

/** A delivery that caused nothing new says of what it is the copy. */
async function markCopy({ ledger }: RecordContext, id: string, caused: readonly Caused[]): Promise<void> {
  const [first] = caused;
  if (first?.kind !== "copy" || caused.some(({ kind }) => kind === "new")) return;
  const hasOtherBody = caused.some((one) => one.kind === "copy" && one.hasOtherBody);
  await ledger.commit({
    verdicts: [{ id, verdict: Verdict.duplicate, copyOf: first.executionId, hasOtherBody }],
  });
}

/** An execution that follows from the queue. */
export interface Recorded {
  executionId: string;
}

/** An execution whose answer somebody waits for. */
export interface AwaitedRun extends Recorded {
  /** Resolves when the run has ended and its end is committed. */
  end: Promise<RunEnd>;
  /** Nobody waits any more. The error of a run that ends with it; undefined: it goes on. */
  giveUp?(): FlowwError | undefined;
}

export type Received = Recorded | AwaitedRun;

export function isAwaited(received: Received): received is AwaitedRun {
  return "end" in received;
}

/** Runs what somebody waits for and leaves the rest to the queue; a copy waits for the run of the first, as does a run that is tried again. What a pruned one answered nobody knows. */
export async function startCaused(
  context: RecordContext,
  caused: Caused,
  { event, caller }: { event: WireEvent; caller: AnswerSink },
): Promise<Received> {
  const { run, executionId: id } = caused;
  const executionId = formatId("execution", id);
  const { namespaceId, handlerId, input } = run.trigger;
  const turn = await turnOf(context, caused);
  if (turn.kind === "later") run.wakeQueue();
  if (!run.waits || (caused.kind === "copy" && caused.isPruned)) {
    passFailPoint("published");
    return { executionId };
  }
  if (turn.kind === "refused") return { executionId, end: Promise.resolve(turn.end) };
  if (turn.kind === "later") {
    const end = waitForEnd(context, { namespaceId, executionId: id, signal: caller.left });
    return { executionId, end };
  }
  const policy = runPolicyOf(input, { origin: ExecutionOrigin[run.origin], isAcknowledged: false });
  const owned: OwnedExecution = {
    id,
    publicId: executionId,
    namespaceId,
    target: run.runtime,
    handlerId,
    attempt: 1,
    interruptions: 0,
    lastLine: 0,
    loggedBytes: 0,
    epoch: 1,
    policy,
    event,
    driver: run.driver,
  };
  const flow = caused.kind === "new" ? caused.flow : undefined;
  const end = runForCaller(context, owned, { caller, flow });
  return {
    executionId,
    end: flow === undefined ? end : end.finally(() => leaveSlot(context, flow)),
    giveUp: () => run.driver.giveUp?.(executionId),
  };
}

/** Nearly every event's trigger says nothing of flow control: a caller's run is next. */
function turnOf(context: RecordContext, caused: Caused): Turn | Promise<Turn> {
  const { kind, run, executionId: id } = caused;
  if (kind === "copy") return { kind: "later" };
  if (caused.flow === undefined) return { kind: run.waits ? "now" : "later" };
  const waiting = { id, owner: context.serverId, deploymentId: run.deploymentId };
  return takeTurn(context, caused.flow, { id, waiting: run.waits ? waiting : undefined });
}

async function runForCaller(
  context: RecordContext,
  owned: OwnedExecution,
  { caller, flow }: { caller: AnswerSink; flow: FlowPlan | undefined },
): Promise<RunEnd> {
  const outcome = await runExecution(context, owned, caller);
  // One that had to make room says so in its row.
  if (outcome.state === "retrying" || (flow !== undefined && outcome.state === "interrupted"))
    return waitForEnd(context, {
      namespaceId: owned.namespaceId,
      executionId: owned.id,
      signal: caller.left,
    });
  return outcome;
}
