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
  const pieces = new DurablePieces(scope, rollbacks);
  let logger: Logger | undefined;
  // Made for every event: methods and getters only, since a bundler that keeps names defines one on each arrow function
  // here, which would cost as much as all the rest.
  const context: Context = {
    get logger() {
      logger ??= createLogger(scope);
      return logger;
    },
    execution: { id: scope.executionId, workflowId: scope.workflowId, deploymentId: scope.deploymentId },
    attempt: scope.attempt,
    // Made when it is asked for.
    get signal() {
      return scope.signal;
    },
    respond(value) {
      return scope.respond(value);
    },
    get step() {
      return pieces.made.durable.step;
    },
    get sleep() {
      return pieces.made.durable.sleep;
    },
    get sleepUntil() {
      return pieces.made.durable.sleepUntil;
    },
    get waitFor() {
      return pieces.made.durable.waitFor;
    },
    get invoke() {
      return pieces.made.durable.invoke;
    },
    get map() {
      return pieces.made.durable.map;
    },
    get sendEvent() {
      return pieces.made.durable.sendEvent;
    },
  };
  return {
    context,
    rollbacks,
    async finish() {
      if (pieces.isMade || scope.isResumed === true) await pieces.made.journal.finish();
    },
  };
}

/** Most handlers have none: made by the first that is asked for. */
class DurablePieces {
  readonly #scope: ExecutionScope;
  readonly #rollbacks: Rollback[];
  #made: ReturnType<typeof createDurable> | undefined;

  constructor(scope: ExecutionScope, rollbacks: Rollback[]) {
    this.#scope = scope;
    this.#rollbacks = rollbacks;
  }

  get isMade(): boolean {
    return this.#made !== undefined;
  }

  get made(): ReturnType<typeof createDurable> {
    this.#made ??= createDurable(this.#scope, this.#rollbacks);
    return this.#made;
  }
}

function createLogger(scope: ExecutionScope): Logger {
  return {
    debug: (...values) => scope.log("debug", formatLog(values)),
    info: (...values) => scope.log("info", formatLog(values)),
    warn: (...values) => scope.log("warn", formatLog(values)),
    error: (...values) => scope.log("error", formatLog(values)),
  };
}
