import type { WireEvent } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { AnswerHeader } from "@floww/contract/frames";
import { limits } from "@floww/contract/limits";
import type { RunEnd, RuntimeTarget } from "@floww/executor/host";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { RuntimeDriver } from "../runtimes/drivers/driver.ts";
import type { RunHost } from "./call-host.ts";
import { commitEnd } from "./commit-end.ts";
import type { ExecutionLedger } from "./execution-ledger.ts";
import type { FinishedRow } from "./ledger-fragments.ts";
import { LogBuffer } from "./log-buffer.ts";
import { ExecutionState } from "./states.ts";
import { traceVendorCalls } from "./trace-vendor-call.ts";
import type { ValueMask } from "./value-mask.ts";

/** A started execution that this server owns. */
export interface OwnedExecution {
  id: string;
  /** As user code and callers see it. */
  publicId: string;
  namespaceId: string;
  target: RuntimeTarget;
  handlerId: string;
  attempt: number;
  epoch: number;
  timeoutMs: number;
  event: WireEvent;
}

/** Who waits for the answer, if anyone does. Called only after the commit that the call stands for. */
export interface AnswerSink {
  answer(header: AnswerHeader, body: Buffer): void;
  /** Resolves once there is room for more: a stream goes no faster than its reader. */
  chunk(bytes: Buffer): void | Promise<void>;
}

export interface RunContext {
  serverId: string;
  ledger: ExecutionLedger;
  driver: Pick<RuntimeDriver, "run">;
  artifacts: ArtifactStore;
  /** Answers what the run asks for: KV, secrets. */
  openHost(owned: OwnedExecution): RunHost;
}

/** Runs it and commits its end: the strict order's second half. Resolves after that commit. */
export async function runExecution(
  context: RunContext,
  owned: OwnedExecution,
  caller?: AnswerSink,
): Promise<RunEnd> {
  const start = { id: owned.id, owner: context.serverId, epoch: owned.epoch };
  const host = context.openHost(owned);
  const logs = new LogBuffer(context.ledger, { owned, mask: host.mask });
  const startedAt = performance.now();
  let isAnswered = false;
  const reported = await context.driver
    .run(
      { ...owned, executionId: owned.publicId },
      {
        log: (line) => logs.add(line),
        chunk: (bytes) => caller?.chunk(bytes),
        call: host.call,
        fetch: traceVendorCalls(host.fetch, (line) => logs.add(line)),
        answer: async (header, body) => {
          if (isAnswered) throw new FlowwError("ALREADY_ANSWERED");
          isAnswered = true;
          const kept = await keepOutput(context, owned, body);
          const done = await context.ledger.commit({
            answered: [{ ...start, answer: encodeAnswer(header), ...kept }],
          });
          if (!done.has("answered", owned.id)) throw new FlowwError("INTERRUPTED");
          caller?.answer(header, body);
        },
      },
    )
    .catch((error: unknown): RunEnd => ({ state: "failed", error: startFailure(error) }))
    .finally(() => host.close());
  const runMs = Math.round(performance.now() - startedAt);
  const { end, kept } = await keepEnd(context, owned, hideValues(reported, host.mask));
  const answer = "answer" in end ? end.answer : undefined;
  const row: FinishedRow = {
    ...start,
    state: ExecutionState[end.state],
    runMs,
    answer: answer === undefined ? null : encodeAnswer(answer.header),
    ...kept,
    error: "error" in end ? Buffer.from(JSON.stringify(end.error)) : null,
  };
  if (await commitEnd(context.ledger, row, logs.takeRest())) return end;
  // Somebody else ended or took up this run while we had lost our lease: theirs is the truth.
  return {
    state: "interrupted",
    error: { code: "INTERRUPTED", name: "FlowwError", message: "Another server ended this run." },
  };
}

/** Puts a big output away first. When that fails, the run has failed: an end that cannot be kept is none. */
async function keepEnd(
  context: RunContext,
  owned: OwnedExecution,
  end: RunEnd,
): Promise<{ end: RunEnd; kept: Kept }> {
  if (!("answer" in end) || end.answer === undefined) return { end, kept: NOTHING_KEPT };
  try {
    return { end, kept: await keepOutput(context, owned, end.answer.body) };
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

type Kept = Pick<FinishedRow, "output" | "outputArtifact">;

const NOTHING_KEPT: Kept = { output: null, outputArtifact: null };

async function keepOutput(context: RunContext, { namespaceId }: OwnedExecution, body: Buffer): Promise<Kept> {
  if (body.byteLength === 0) return NOTHING_KEPT;
  if (body.byteLength <= limits.inlineBytesMax) return { output: body, outputArtifact: null };
  return { output: null, outputArtifact: await context.artifacts.put(namespaceId, body) };
}

function encodeAnswer(header: AnswerHeader): Buffer {
  return Buffer.from(JSON.stringify({ status: header.status, headers: header.headers }));
}

function startFailure(error: unknown) {
  const { code, message } = error instanceof FlowwError ? error : new FlowwError("RUNTIME_UNAVAILABLE");
  return { code, name: "FlowwError", message };
}
