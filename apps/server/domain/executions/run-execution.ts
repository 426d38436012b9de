import { FlowwError } from "@floww/contract/errors";
import type { AnswerHeader } from "@floww/contract/frames";
import { limits } from "@floww/contract/limits";
import type { RunCalls, RunEnd, RunJob } from "@floww/executor/host";
import { passFailPoint } from "../../platform/fail-points.ts";
import { uuidInstantMs } from "../../platform/uuid-v7.ts";
import type { RunHost } from "./call-host.ts";
import { commitEnd } from "./commit-end.ts";
import { decideEnd, HELD_PAUSE_MS, isLastAttempt, mayBeHeld } from "./decide-end.ts";
import type { FinishedRow } from "./ledger-fragments.ts";
import { LogBuffer, type LogLine } from "./log-buffer.ts";
import { failureOf } from "./plan-failure.ts";
import { requeue } from "./requeue.ts";
import { ExecutionState } from "./states.ts";
import { traceVendorCall } from "./trace-vendor-call.ts";
import type { AnswerSink, OwnedExecution, RunContext, RunOutcome } from "./types.ts";
import type { ValueMask } from "./value-mask.ts";

/** Runs it and commits its end: the strict order's second half. Resolves after that commit. */
export function runExecution(
  context: RunContext,
  owned: OwnedExecution,
  caller?: AnswerSink,
): Promise<RunOutcome> {
  const { id, namespaceId } = owned;
  context.bells.executionChanged(namespaceId, id);
  return context.runs
    .during(owned, () => runToItsEnd(context, owned, caller))
    .finally(() => context.bells.executionChanged(namespaceId, id));
}

async function runToItsEnd(
  context: RunContext,
  owned: OwnedExecution,
  caller: AnswerSink | undefined,
): Promise<RunOutcome> {
  const start = { id: owned.id, owner: context.serverId, epoch: owned.epoch };
  const hosted = { ...start, ...idsOf(owned) };
  const startedAt = performance.now();
  // Most runs neither ask nor say anything: what answers them is opened by the first call or line.
  let host: RunHost | undefined;
  const opened = () => {
    host ??= context.openHost(hosted, startedAt);
    return host;
  };
  const logs = new LogBuffer(context, owned);
  const log = (line: LogLine) => logs.add(line, opened().mask);
  passFailPoint("started");
  let isAnswered = false;
  let isStreaming = false;
  let beganAt: number | undefined;
  const job: RunJob = {
    target: owned.target,
    executionId: owned.publicId,
    handlerId: owned.handlerId,
    attempt: owned.attempt,
    timeoutMs: owned.policy.timeoutMs,
    event: owned.event,
    isResumed: owned.epoch > 1,
    isLastAttempt: isLastAttempt(owned),
  };
  let missedDatabase = false;
  const noteMissing = (error: unknown) => {
    missedDatabase ||= error instanceof FlowwError && error.code === "DATABASE_UNAVAILABLE";
    throw error;
  };
  const calls: RunCalls = {
    call: (operation, input) => opened().call(operation, input).catch(noteMissing),
    fetch: (request, signal) => traceVendorCall(opened().fetch, { request, signal, log }),
  };
  const driver = owned.driver ?? context.driver;
  using remote = driver.callsBack?.(owned.target) ? context.remoteRuns.open(hosted, calls) : undefined;
  if (remote !== undefined) job.callBack = context.callBackFor(hosted);
  const ended = await driver
    .run(job, {
      ...calls,
      began: () => {
        beganAt = performance.now();
      },
      log,
      hide: (text) => (host === undefined ? text : host.mask.hideText(text)),
      chunk: (bytes) => caller?.chunk(bytes),
      answer: async (header, body) => {
        if (isAnswered) throw new FlowwError("ALREADY_ANSWERED");
        isAnswered = true;
        isStreaming = header.stream === true;
        // Given by an earlier start, whose code was the same: it stays as it is.
        if (owned.isAnswered === true) return;
        const kept = await keepOutput(context, owned, body);
        const done = await context.ledger.commit({
          answered: [{ ...start, answer: encodeAnswer(header), ...kept }],
        });
        if (!done.has("answered", owned.id)) throw new FlowwError("INTERRUPTED");
        context.bells.executionChanged(owned.namespaceId, owned.id);
        caller?.answer(header, body);
      },
    })
    .catch((thrown: unknown) => {
      // All of its time went into a start that came to nothing.
      beganAt ??= performance.now();
      return endOfNoStart(thrown);
    });
  const reported = missedDatabase ? withoutBlame(ended) : ended;
  host?.close();
  passFailPoint("finished");
  const runMs = Math.round(performance.now() - (beganAt ?? startedAt));
  const bootMs = beganAt === undefined ? null : Math.round(beganAt - startedAt);
  let end = host === undefined ? reported : hideValues(reported, host.mask);
  let kept = NOTHING_KEPT;
  if ("answer" in end && end.answer !== undefined) {
    const { body } = end.answer;
    if (isSmall(body)) kept = keepInline(body);
    else ({ end, kept } = await keepEnd(context, owned, end, body));
  }
  const hasCaller = caller !== undefined && !isAnswered;
  // What was streamed cannot be taken back: a stream that broke has failed.
  const ageMs = Date.now() - uuidInstantMs(owned.id);
  const heldBy = mayBeHeld(end, { ...owned, hasCaller, ageMs }) ? await findHolder(host) : undefined;
  const decision =
    isStreaming && end.state !== "completed"
      ? "over"
      : heldBy === undefined
        ? decideEnd(end, { ...owned, hasCaller }, context.random ?? Math.random)
        : { againAfterMs: HELD_PAUSE_MS, heldBy };
  if (decision !== "over") {
    const requeued = await requeue(context, { owned, end, decision, bootMs, runMs, logs: logs.takeRest() });
    return requeued ?? TAKEN_OVER;
  }
  const answer = "answer" in end ? end.answer : undefined;
  const row: FinishedRow = {
    ...start,
    state: ExecutionState[end.state],
    bootMs,
    runMs,
    answer: answer === undefined ? null : encodeAnswer(answer.header),
    ...kept,
    error: "error" in end ? Buffer.from(JSON.stringify(end.error)) : null,
  };
  const failures = failureOf(owned, end);
  const isOurs = await commitEnd(context.ledger, {
    id: owned.id,
    rows: { finished: [row], failures, logs: logs.takeRest() },
  });
  passFailPoint("ended");
  if (!isOurs) return TAKEN_OVER;
  for (const { id } of failures) context.bells.executionChanged(owned.namespaceId, id);
  if (failures.length > 0) context.wakeQueueIn(0);
  return end;
}

/** While the database is away nobody knows: then it is tried again as ever. */
async function findHolder(host: RunHost | undefined): Promise<string | undefined> {
  return host?.findRefused().catch(() => undefined);
}

function idsOf({ namespaceId, target: { workflowId, deploymentId } }: OwnedExecution) {
  return { namespaceId, workflowId, deploymentId };
}

/** Somebody else ended or took up this run while we had lost our lease: theirs is the truth. */
const TAKEN_OVER: RunEnd = {
  state: "interrupted",
  error: { code: "INTERRUPTED", name: "FlowwError", message: "Another server ended this run." },
};

/** Puts a big output away first. When that fails, the run has failed: an end that cannot be kept is none. */
async function keepEnd(
  context: RunContext,
  owned: OwnedExecution,
  end: RunEnd,
  body: Buffer,
): Promise<{ end: RunEnd; kept: Kept }> {
  try {
    return { end, kept: await keepOutput(context, owned, body) };
  } catch {
    const message = "The answer could not be stored.";
    return {
      end: { state: "failed", error: { code: "INTERNAL", name: "FlowwError", message } },
      kept: NOTHING_KEPT,
    };
  }
}

/** An error's text often quotes what it was about. */
function hideValues(end: RunEnd, mask: ValueMask): RunEnd {
  if (!("error" in end)) return end;
  const { message, stack } = end.error;
  return {
    ...end,
    error: {
      ...end.error,
      message: mask.hideText(message),
      ...(stack === undefined ? {} : { stack: mask.hideText(stack) }),
    },
  };
}

/**
 * Something that the run asked of us had no database: it fails of that through no fault of its own, as when its server dies.
 * One that knows what to do about it catches the error, and ends as it says.
 */
function withoutBlame(end: RunEnd): RunEnd {
  const isOurs =
    end.state === "failed" && end.error.code === "DATABASE_UNAVAILABLE" && end.error.retry !== false;
  return isOurs ? { state: "interrupted", error: end.error } : end;
}

/** No process could be had, which is not the code's fault; or its bundle could not be loaded. */
function endOfNoStart(thrown: unknown): RunEnd {
  const { code, message } = thrown instanceof FlowwError ? thrown : new FlowwError("RUNTIME_UNAVAILABLE");
  const isOurs = code === "RUNTIME_UNAVAILABLE" || code === "SERVER_STOPPING";
  return { state: isOurs ? "interrupted" : "failed", error: { code, name: "FlowwError", message } };
}

type Kept = Pick<FinishedRow, "output" | "outputArtifact">;

const NOTHING_KEPT: Kept = { output: null, outputArtifact: null };

function isSmall(body: Buffer): boolean {
  return body.byteLength <= limits.inlineBytesMax;
}

function keepInline(body: Buffer): Kept {
  return body.byteLength === 0 ? NOTHING_KEPT : { output: body, outputArtifact: null };
}

async function keepOutput(context: RunContext, { namespaceId }: OwnedExecution, body: Buffer): Promise<Kept> {
  if (isSmall(body)) return keepInline(body);
  return { output: null, outputArtifact: await context.artifacts.put(namespaceId, body) };
}

function encodeAnswer({ status, headers }: AnswerHeader): string {
  return JSON.stringify({ status, headers });
}
