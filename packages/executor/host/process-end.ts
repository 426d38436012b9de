import { type ErrorCode, FlowwError } from "@floww/contract/errors";
import { checkedError, checkedRecord, runError } from "./received.ts";
import type { RunEnd, RunError } from "./run.ts";

/** How a process ended, as far as it can be seen from outside. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The end of what it wrote. */
  lastWords: string;
  /** What its sandbox knows of the cause. */
  cause: ErrorCode | undefined;
  /** Why the engine ended it, when it did; or what the process said itself before it ended. */
  death: Death | undefined;
}

export interface Death {
  /** The run that caused it; 0 for none of them. */
  charged: number;
  error: RunError;
}

const OUT_OF_HEAP = /JavaScript heap out of memory|Zone Allocation failed/;

/** What a process said before it ended, from the header of `dying`. */
export function deathOf(charged: number, header: unknown): Death {
  const { reason, exitCode, error } = checkedRecord(header);
  const exit = `The handler called process.exit(${Number(exitCode ?? 0)}).`;
  if (reason === "exit") return { charged, error: runError("PROCESS_EXITED", exit) };
  return { charged, error: { ...checkedError(error, "UNCAUGHT_ERROR"), code: "UNCAUGHT_ERROR" } };
}

/** What the end of the process means for one run in it. `isAlone`: no other run can have been the cause. */
export function endOfRun(end: ProcessEnd, run: number, isAlone: boolean): RunEnd {
  const { death } = end;
  if (death !== undefined) {
    if (death.charged === run) return { state: "failed", error: death.error };
    return { state: "interrupted", error: runError("INTERRUPTED", interruption(death)) };
  }
  // Alone in the process, a run is charged even when it did not live to say so.
  if (isAlone) return { state: "failed", error: crashOf(end) };
  const { message } = crashOf(end);
  return {
    state: "interrupted",
    error: runError("INTERRUPTED", `${message} Several runs were in it; which was the cause is not known.`),
  };
}

/** What it means for whoever waits for the process to load. */
export function endOfLoad(end: ProcessEnd): FlowwError {
  if (end.death !== undefined) return new FlowwError(end.death.error.code, end.death.error.message);
  const { code, message } = crashOf(end);
  const said = end.lastWords === "" ? "" : ` It wrote: ${end.lastWords}`;
  return new FlowwError(code === "OUT_OF_MEMORY" ? code : "RUNTIME_UNAVAILABLE", `${message}${said}`);
}

function crashOf(end: ProcessEnd): RunError {
  const how = `The process ended with ${howItEnded(end)}.`;
  if (end.cause !== undefined) return runError(end.cause, how);
  if (isAbort(end) && OUT_OF_HEAP.test(end.lastWords)) return runError("OUT_OF_MEMORY", how);
  return runError("PROCESS_CRASHED", how);
}

function interruption({ charged, error }: Death): string {
  return charged === 0 ? error.message : `Another run in the same process ended it: ${error.code}.`;
}

function howItEnded({ code, signal }: ProcessEnd): string {
  if (signal !== null) return `signal ${signal}`;
  if (code === null) return "no exit code";
  // A sandbox passes its child's signal on as 128 + its number, like a shell.
  return code > 128 ? `exit code ${code} (signal ${code - 128})` : `exit code ${code}`;
}

function isAbort({ code, signal }: ProcessEnd): boolean {
  return signal === "SIGABRT" || signal === "SIGTRAP" || code === 134 || code === 133;
}
