import { FlowwError } from "@floww/contract/errors";
import {
  type CallHeader,
  encodeFrame,
  FRAME_BYTES_MAX,
  type Frame,
  FrameDecoder,
  FromExecutor,
  ToExecutor,
} from "@floww/contract/frames";
import { checkedCall, checkedFetch, type ProviderRequest } from "@floww/executor/host";
import type { ServerContext } from "../../context.ts";
import type { HostedRun } from "../../domain/executions/host-operations.ts";
import type { RunCalls } from "../../domain/executions/remote-runs.ts";
import type { RouteHandlers } from "../route-handler.ts";

type Ask = (calls: RunCalls) => AsyncIterable<Uint8Array>;

export const runHandlers: Pick<RouteHandlers, "callFromRun"> = {
  callFromRun: async ({ body }, { context, run }) => {
    const ask = readAsk(body);
    return ask(context.remoteRuns.find(run) ?? callsOf(context, run));
  },
};

/** All of it is read before anything is answered. @throws FlowwError INPUT_INVALID */
function readAsk(bytes: Buffer): Ask {
  try {
    const { kind, run, header, body } = decodeOne(bytes);
    if (kind === FromExecutor.call) {
      const asked = checkedCall(header);
      return (calls) => answerCall(calls, run, asked);
    }
    if (kind === FromExecutor.fetch) {
      const asked = { ...checkedFetch(header), body };
      return (calls) => answerFetch(calls, run, asked);
    }
    throw new FlowwError("FRAME_INVALID", `A run does not send frames of kind ${kind} here.`);
  } catch (cause) {
    if (!(cause instanceof FlowwError)) throw cause;
    throw new FlowwError("INPUT_INVALID", cause.message, { cause });
  }
}

function decodeOne(bytes: Buffer): Frame {
  const decoder = new FrameDecoder(FRAME_BYTES_MAX);
  const frames = [...decoder.push(bytes)];
  if (frames.length === 1 && decoder.isEmpty) return frames[0]!;
  throw new FlowwError("FRAME_INVALID", "The body is not one frame.");
}

/** A run of another server: it asks here, by way of whatever stands before both. */
function callsOf({ openHost }: ServerContext, run: HostedRun): RunCalls {
  // Opened long ago, as far as this server can tell: whether it still runs is asked each time.
  return openHost(run, Number.NEGATIVE_INFINITY);
}

async function* answerCall(
  calls: RunCalls,
  run: number,
  { call, operation, input }: CallHeader,
): AsyncGenerator<Uint8Array> {
  const answer = await calls.call(operation, input).then(
    (value) => ({ call, value }),
    (thrown: unknown) => ({ call, error: shown(thrown, "INTERNAL") }),
  );
  yield encodeFrame(ToExecutor.reply, run, answer);
}

/** The vendor's answer as it comes, as fast as the run reads it; a run that goes away ends the call. */
async function* answerFetch(
  calls: RunCalls,
  run: number,
  { call, ...request }: ProviderRequest & { call: number },
): AsyncGenerator<Uint8Array> {
  const abort = new AbortController();
  let hasHead = false;
  try {
    const answer = await calls.fetch(request, abort.signal);
    hasHead = true;
    yield encodeFrame(ToExecutor.fetched, run, { call, status: answer.status, headers: answer.headers });
    for await (const bytes of answer.body) yield encodeFrame(ToExecutor.fetchChunk, run, { call }, bytes);
    yield encodeFrame(ToExecutor.fetchEnd, run, { call });
  } catch (thrown) {
    const kind = hasHead ? ToExecutor.fetchEnd : ToExecutor.fetched;
    yield encodeFrame(kind, run, { call, error: shown(thrown, "PROVIDER_UNREACHABLE") });
  } finally {
    abort.abort();
  }
}

function shown(thrown: unknown, fallback: "INTERNAL" | "PROVIDER_UNREACHABLE") {
  const { code, message } = thrown instanceof FlowwError ? thrown : new FlowwError(fallback);
  return { code, message };
}
