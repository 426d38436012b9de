import type { ExecutionScope } from "@floww/contract/abi";
import { createDurable, type Durable, type Rollback } from "./durable/durable.ts";
import { formatLog } from "./format-log.ts";

export interface Logger {
  debug(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
}

/** What a handler gets beside its event. */
export interface Context extends Durable {
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

export interface RunContext {
  context: Context;
  /** Of the steps that were done, in their order. */
  rollbacks: readonly Rollback[];
  /** The handler has returned. @throws FlowwError STEP_ORDER_CHANGED */
  finish(): Promise<void>;
}

export function createRunContext(scope: ExecutionScope): RunContext {
  const rollbacks: Rollback[] = [];
  let made: ReturnType<typeof createDurable> | undefined;
  // Most handlers have no durable pieces.
  const make = () => {
    made ??= createDurable(scope, rollbacks);
    return made;
  };
  const context: Context = {
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
    get step() {
      return make().durable.step;
    },
    get sleep() {
      return make().durable.sleep;
    },
    get sleepUntil() {
      return make().durable.sleepUntil;
    },
    get waitFor() {
      return make().durable.waitFor;
    },
    get invoke() {
      return make().durable.invoke;
    },
    get map() {
      return make().durable.map;
    },
    get sendEvent() {
      return make().durable.sendEvent;
    },
  };
  return {
    context,
    rollbacks,
    finish: async () => {
      if (made !== undefined || scope.isResumed === true) await make().journal.finish();
    },
  };
}
