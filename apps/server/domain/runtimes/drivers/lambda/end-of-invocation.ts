import { FlowwError, isErrorCode } from "@floww/contract/errors";
import { type FunctionEnd, type FunctionLoad, type FunctionRun, runError } from "@floww/executor/host";
import type { InvocationEnd } from "../../../../platform/clients/aws/lambda-invocations.ts";

/** Ends a run as the end of its invocation says, unless its frames have done so. */
export async function endRun(run: FunctionRun, end: InvocationEnd): Promise<void> {
  const failure = failureOf(end);
  if (failure === undefined) return run.finish(undefined);
  const refusal = refusalOf(failure);
  if (refusal !== undefined) return run.fail(refusal);
  const said = `AWS Lambda says ${failure.code}: ${failure.message}`;
  if (isTimeout(failure)) return run.finishAs({ state: "timed_out", error: runError("RUN_TIMED_OUT", said) });
  if (failure.code.startsWith("Sandbox."))
    return run.finishAs({ state: "interrupted", error: runError("INTERRUPTED", said) });
  const process = processEndOf(failure, end.logTail);
  const isExplained = process.code !== null || process.signal !== null || process.cause !== undefined;
  run.sayLastWords(isExplained ? process.lastWords : `${process.lastWords}\n${said}`);
  // What the process itself has said of its end, in its frames, counts for more.
  return run.finish(process);
}

/** The same for a bundle that was to be looked at, unless it has declared. */
export function endLoad(load: FunctionLoad, end: InvocationEnd): void {
  const failure = failureOf(end);
  if (failure === undefined)
    return load.fail(new FlowwError("RUNTIME_UNAVAILABLE", "The function declared nothing."));
  const refusal = refusalOf(failure);
  if (refusal !== undefined) return load.fail(refusal);
  const said = `AWS Lambda says ${failure.code}: ${failure.message}`;
  if (isTimeout(failure)) return load.fail(new FlowwError("ENUMERATE_TIMEOUT", said));
  const { cause, lastWords } = processEndOf(failure, end.logTail);
  const wrote = lastWords === "" ? "" : ` It wrote: ${lastWords}`;
  load.fail(new FlowwError(cause ?? "RUNTIME_UNAVAILABLE", `${said}${wrote}`));
}

/** What the executor says when it could not even import; user code, which could say anything, can make no other of it. */
const REFUSALS: ReadonlySet<string> = new Set([
  "BUNDLE_INVALID",
  "BUNDLE_TOO_LARGE",
  "BUNDLE_MISSING",
  "CALL_UNANSWERED",
  "INTERNAL",
]);

function refusalOf({ code, message }: FunctionFailure): FlowwError | undefined {
  const name = code.replace(/^Floww\./, "");
  if (!code.startsWith("Floww.") || !REFUSALS.has(name) || !isErrorCode(name)) return undefined;
  return new FlowwError(name, message);
}

interface FunctionFailure {
  /** As AWS names it, or `Floww.<code>` as the executor does. */
  code: string;
  message: string;
}

/** User code shares the process that reports errors: both may be its own, and as long as it likes. */
const CODE_CHARACTERS_MAX = 128;
const MESSAGE_CHARACTERS_MAX = 10_000;

/** Undefined when the function has given its whole answer. */
function failureOf({ errorCode, errorDetails }: InvocationEnd): FunctionFailure | undefined {
  if (errorCode === undefined) return undefined;
  const { errorType, errorMessage } = readDetails(errorDetails);
  // AWS says `Unhandled` where the runtime has said more.
  const code = errorCode.includes(".") || errorType === undefined ? errorCode : errorType;
  return {
    code: code.slice(0, CODE_CHARACTERS_MAX),
    message: (errorMessage ?? errorDetails ?? "").slice(0, MESSAGE_CHARACTERS_MAX),
  };
}

function readDetails(text: string | undefined): { errorType?: string; errorMessage?: string } {
  try {
    const { errorType, errorMessage } = JSON.parse(text ?? "") as Record<string, unknown>;
    return {
      ...(typeof errorType === "string" ? { errorType } : {}),
      ...(typeof errorMessage === "string" ? { errorMessage } : {}),
    };
  } catch {
    return {};
  }
}

function isTimeout({ code, message }: FunctionFailure): boolean {
  return code === "Sandbox.Timedout" || /Task timed out after/.test(message);
}

/** As AWS writes them: https://pkg.go.dev/syscall#Signal.String */
const SIGNALS: Readonly<Record<string, NodeJS.Signals>> = {
  killed: "SIGKILL",
  aborted: "SIGABRT",
  "segmentation fault": "SIGSEGV",
  "bus error": "SIGBUS",
  "illegal instruction": "SIGILL",
  "trace/breakpoint trap": "SIGTRAP",
  terminated: "SIGTERM",
};

/** The same that a child process would have been seen to end with. */
function processEndOf({ code, message }: FunctionFailure, logTail: string): NonNullable<FunctionEnd> {
  const exitCode = /exited without providing a reason/.test(message)
    ? "0"
    : /exit status (\d+)/.exec(message)?.[1];
  const [, signalText = ""] = /signal: ([a-z/ ]+)/.exec(message) ?? [];
  const signal = SIGNALS[signalText.trim()] ?? null;
  const isOutOfMemory =
    code === "Runtime.OutOfMemory" || (signal === "SIGKILL" && hasUsedAllMemory(logTail) !== false);
  return {
    code: exitCode === undefined ? null : Number(exitCode),
    signal,
    lastWords: logTail
      .split("\n")
      .filter((line) => !PLATFORM_LINE.test(line))
      .join("\n")
      .trim(),
    cause: isOutOfMemory ? "OUT_OF_MEMORY" : undefined,
  };
}

/** What AWS writes between the lines of the function. */
const PLATFORM_LINE = /^(START|END|REPORT|XRAY|INIT_START|INIT_REPORT|RequestId:|.* Task timed out)\b/;

/** Undefined when the log does not say. */
function hasUsedAllMemory(logTail: string): boolean | undefined {
  const [, size, used] = /Memory Size: (\d+) MB\s+Max Memory Used: (\d+) MB/.exec(logTail) ?? [];
  return size === undefined ? undefined : Number(used) >= Number(size);
}
