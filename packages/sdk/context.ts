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
  return {
    context: new HandlerContext(scope, pieces),
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

/**
 * One is made for every event, so its parts are made when they are asked for. All of them are getters of the class: an
 * object literal with getters costs a hidden class for each event, and a bundler that keeps names a call of
 * defineProperty for each arrow function.
 */
class HandlerContext implements Context {
  readonly #scope: ExecutionScope;
  readonly #pieces: DurablePieces;
  #logger: Logger | undefined;

  constructor(scope: ExecutionScope, pieces: DurablePieces) {
    this.#scope = scope;
    this.#pieces = pieces;
  }

  get logger(): Logger {
    this.#logger ??= createLogger(this.#scope);
    return this.#logger;
  }

  get execution(): Context["execution"] {
    const { executionId, workflowId, deploymentId } = this.#scope;
    return { id: executionId, workflowId, deploymentId };
  }

  get attempt(): number {
    return this.#scope.attempt;
  }

  get signal(): AbortSignal {
    return this.#scope.signal;
  }

  get respond(): Context["respond"] {
    return (value) => this.#scope.respond(value);
  }

  get step(): Context["step"] {
    return this.#pieces.made.durable.step;
  }

  get sleep(): Context["sleep"] {
    return this.#pieces.made.durable.sleep;
  }

  get sleepUntil(): Context["sleepUntil"] {
    return this.#pieces.made.durable.sleepUntil;
  }

  get waitFor(): Context["waitFor"] {
    return this.#pieces.made.durable.waitFor;
  }

  get invoke(): Context["invoke"] {
    return this.#pieces.made.durable.invoke;
  }

  get map(): Context["map"] {
    return this.#pieces.made.durable.map;
  }

  get sendEvent(): Context["sendEvent"] {
    return this.#pieces.made.durable.sendEvent;
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
