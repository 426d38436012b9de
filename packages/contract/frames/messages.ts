import type { ErrorRetry, Json, LogLevel, ProviderName, WireEventHead } from "../abi/abi.ts";

/** Raised when a frame changes its meaning; an executor says it in `hello`, and a driver refuses one it does not know. */
export const FRAME_PROTOCOL = 1;

/**
 * How much of one run's stream may be under way: sent as `chunk`s and not yet `taken`. An executor waits when it is
 * used up, and a driver ends a process that goes on: a stream that outruns its reader costs no memory.
 */
export const STREAM_WINDOW_BYTES = 256 * 1024;

/** A frame's bytes after its length: the largest body, its header, and room to spare. */
export const FRAME_BYTES_MAX = 24 * 1024 * 1024;

/** Driver to executor. */
export const ToExecutor = {
  load: 1,
  invoke: 2,
  cancel: 3,
  reply: 4,
  ping: 5,
  committed: 6,
  taken: 7,
  fetched: 8,
  fetchChunk: 9,
  fetchEnd: 10,
} as const;

/** Executor to driver. */
export const FromExecutor = {
  hello: 65,
  loaded: 66,
  refused: 67,
  answer: 68,
  chunk: 69,
  done: 70,
  log: 71,
  call: 72,
  pong: 73,
  dying: 74,
  fetch: 75,
  fetchTaken: 76,
  fetchAbort: 77,
} as const;

/** `hello`: the executor is up and waits for `load`. */
export interface HelloHeader {
  protocol: number;
  abis: number[];
  node: string;
}

/** `load`: body is the bundle's code followed by its source map. */
export interface LoadHeader {
  codeBytes: number;
  env: Record<string, string>;
  phase: "enumerate" | "run";
  /** Whether `loaded` is to carry the manifest: to find the author's lines in it takes longer than the import. */
  wantsManifest: boolean;
  workflowId: string;
  deploymentId: string;
}

/** `refused`: the bundle could not be imported or enumerated. */
export interface RefusedHeader {
  error: WireError;
}

export interface InvokeHeader {
  executionId: string;
  handlerId: string;
  attempt: number;
  deadlineAt: number;
  event: WireEventHead;
  /** It was started before, and may have a journal. */
  isResumed?: true;
  isLastAttempt?: true;
}

export interface CancelHeader {
  reason: "deadline" | "cancelled";
}

/** `taken`: the caller has read this much of the run's stream. */
export interface TakenHeader {
  bytes: number;
}

/** `answer`: given early (ctx.respond, or a stream's head); its body is the whole body unless `stream`. */
export interface AnswerHeader {
  status: number;
  headers: [name: string, value: string][];
  stream?: true;
}

/** `done`: the run has ended. Without an error its answer comes along, unless one was given before. */
export interface DoneHeader {
  answer?: AnswerHeader;
  error?: WireError;
  /** It goes on, in another start, when one of these journal entries is settled. */
  waitsFor?: string[];
}

/** `log` (body: the text). */
export interface LogHeader {
  level: LogLevel;
  at: number;
  truncated?: true;
}

/** `call`: the run asks the server for something; answered by `reply` with the same number. */
export interface CallHeader {
  call: number;
  operation: string;
  input: Json;
}

export interface ReplyHeader {
  call: number;
  value?: Json;
  error?: { code: string; message: string };
}

/** `fetch`: a vendor call of the run (body: the request's, whole); answered by `fetched`, then chunks, then `fetchEnd`. */
export interface FetchHeader {
  call: number;
  connection: ProviderName;
  method: string;
  url: string;
  headers: [name: string, value: string][];
}

/** `fetched`: the answer's head; or why there is none, after which nothing follows. */
export interface FetchedHeader {
  call: number;
  status?: number;
  headers?: [name: string, value: string][];
  error?: { code: string; message: string };
}

/** `fetchChunk` (body: a piece of the vendor's answer) and `fetchAbort` (the run reads no further). */
export interface FetchCallHeader {
  call: number;
}

/** `fetchEnd`: the answer is whole, or broke off. */
export interface FetchEndHeader extends FetchCallHeader {
  error?: { code: string; message: string };
}

/** `fetchTaken`: the run has read this much of the answer; the driver keeps to STREAM_WINDOW_BYTES. */
export interface FetchTakenHeader extends FetchCallHeader {
  bytes: number;
}

/** `dying`: the last frame of a process; `run` is who is charged. */
export interface DyingHeader {
  reason: "exit" | "uncaught";
  exitCode?: number;
  error?: WireError;
}

/** An error as it leaves user code: text only, stack already mapped to the author's source. */
export interface WireError {
  code: string;
  name: string;
  message: string;
  stack?: string;
  source?: { file: string; line: number; column: number };
  /** What the error itself says about trying again; left out, the trigger decides. */
  retry?: ErrorRetry;
}
