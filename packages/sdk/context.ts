import type { ExecutionScope } from "@floww/contract/abi";
import { formatLog } from "./format-log.ts";

export interface Logger {
  debug(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
}

/** What a handler gets beside its event. */
export interface Context {
  readonly logger: Logger;
  readonly execution: { readonly id: string; readonly workflowId: string; readonly deploymentId: string };
  /** 1 for the first start of this handler for this event. */
  readonly attempt: number;
  /** Aborted at the deadline and at a cancel; pass it on to `fetch` and friends. */
  readonly signal: AbortSignal;
  /**
   * Answers the caller now and goes on running. Takes what a handler may return; resolves once the answer is recorded.
   *
   * @throws FlowwError ALREADY_ANSWERED when the caller has an answer.
   */
  respond(value?: unknown): Promise<void>;
}

export function createContext(scope: ExecutionScope): Context {
  return {
    logger: {
      debug: (...values) => scope.log("debug", formatLog(values)),
      info: (...values) => scope.log("info", formatLog(values)),
      warn: (...values) => scope.log("warn", formatLog(values)),
      error: (...values) => scope.log("error", formatLog(values)),
    },
    execution: { id: scope.executionId, workflowId: scope.workflowId, deploymentId: scope.deploymentId },
    attempt: scope.attempt,
    // Made when it is asked for.
    get signal() {
      return scope.signal;
    },
    respond: (value) => scope.respond(value),
  };
}
