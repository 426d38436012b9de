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
import { checkedCall, checkedFetch } from "./received.ts";
import type { ProviderRequest, RunSink } from "./run.ts";

/** What a run may ask, wherever it is. */
export type RunCalls = Pick<RunSink, "call" | "fetch">;

/** The frames that answer what was asked, as they come. `signal`: nobody is there to read them any more. */
export type AnswerAsk = (calls: RunCalls, signal: AbortSignal) => AsyncIterable<Uint8Array>;

/**
 * Reads what an executor asks when no pipe leads to it: one `call` or `fetch` frame. All of it is read before anything is
 * answered.
 *
 * @throws FlowwError FRAME_INVALID
 */
export function readAsk(bytes: Buffer): AnswerAsk {
  const { kind, run, header, body } = decodeOne(bytes);
  if (kind === FromExecutor.call) {
    const asked = checkedCall(header);
    return (calls) => answerCall(calls, run, asked);
  }
  if (kind === FromExecutor.fetch) {
    const asked = { ...checkedFetch(header), body };
    return (calls, signal) => answerFetch(calls, { run, asked, signal });
  }
  throw new FlowwError("FRAME_INVALID", `A run does not send frames of kind ${kind} here.`);
}

function decodeOne(bytes: Buffer): Frame {
  const decoder = new FrameDecoder(FRAME_BYTES_MAX);
  const frames = [...decoder.push(bytes)];
  if (frames.length === 1 && decoder.isEmpty) return frames[0]!;
  throw new FlowwError("FRAME_INVALID", "The body is not one frame.");
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
  {
    run,
    asked: { call, ...request },
    signal,
  }: { run: number; asked: ProviderRequest & { call: number }; signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const ended = new AbortController();
  let hasHead = false;
  try {
    const answer = await calls.fetch(request, AbortSignal.any([signal, ended.signal]));
    hasHead = true;
    yield encodeFrame(ToExecutor.fetched, run, { call, status: answer.status, headers: answer.headers });
    for await (const bytes of answer.body) yield encodeFrame(ToExecutor.fetchChunk, run, { call }, bytes);
    yield encodeFrame(ToExecutor.fetchEnd, run, { call });
  } catch (thrown) {
    const kind = hasHead ? ToExecutor.fetchEnd : ToExecutor.fetched;
    yield encodeFrame(kind, run, { call, error: shown(thrown, "PROVIDER_UNREACHABLE") });
  } finally {
    ended.abort();
  }
}

function shown(thrown: unknown, fallback: "INTERNAL" | "PROVIDER_UNREACHABLE") {
  const { code, message } = thrown instanceof FlowwError ? thrown : new FlowwError(fallback);
  return { code, message };
}
