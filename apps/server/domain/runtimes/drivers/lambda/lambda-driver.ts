import type { RuntimeSettings } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import {
  FunctionLoad,
  type PlacedRuntime,
  type RunEnd,
  type RunJob,
  type RunSink,
  type RuntimeTarget,
  runError,
} from "@floww/executor/host";
import type { RuntimeDriver } from "../driver.ts";
import { ActiveRun } from "./active-run.ts";
import { endLoad, endRun } from "./end-of-invocation.ts";
import { FunctionCaller, type FunctionCallerOptions } from "./function-caller.ts";
import { MayHaveBegun } from "./invoke-function.ts";
import { placeRuntime } from "./place-function.ts";

/** A new environment starts, fetches its image and imports the bundle, whose own time is bounded by `enumerateMs`. */
const PROVE_MS_MAX = 60_000 + limits.enumerateMs;
/** Between the frame that ends a run and the end of its answer; then its connection serves the next one. */
const LAST_BYTES_MS_MAX = 5_000;

/**
 * Deployments as functions of runtime images on AWS Lambda: an environment takes one event at a time, and serves one
 * deployment with one set of variables. A run that is cancelled or late is over here at once; AWS offers no way to stop its
 * code, which goes on until it returns or meets the function's own timeout, and is paid for. What it asks of the server
 * in that time is refused.
 */
export class LambdaDriver implements RuntimeDriver {
  readonly name = "lambda";
  readonly #options: FunctionCallerOptions;
  readonly #caller: FunctionCaller;
  readonly #active = new Set<ActiveRun>();
  #isClosed = false;

  constructor(options: FunctionCallerOptions) {
    this.#options = options;
    this.#caller = new FunctionCaller(options);
  }

  get isolation(): string {
    const by = { tenants: ", by tenant", functions: ", by function", unknown: "" }[this.#caller.isolation];
    return `AWS Lambda (microVMs of one deployment each${by})`;
  }

  place(settings: RuntimeSettings): Omit<PlacedRuntime, "driver"> {
    return placeRuntime(this.#options, settings);
  }

  callsBack(): boolean {
    return true;
  }

  async prove(target: RuntimeTarget): Promise<unknown> {
    this.#assertOpen();
    const gone = new AbortController();
    const load = new FunctionLoad();
    const timer = setTimeout(() => {
      const seconds = PROVE_MS_MAX / 1000;
      load.fail(new FlowwError("ENUMERATE_TIMEOUT", `The workflow was not loaded within ${seconds} s.`));
      gone.abort();
    }, PROVE_MS_MAX);
    this.#caller
      .call(target, {
        purpose: "prove",
        event: (source) => source,
        receive: (bytes) => load.receive(bytes),
        signal: gone.signal,
        waitMsMax: PROVE_MS_MAX,
      })
      .then((end) => endLoad(load, end))
      .catch((thrown: unknown) => load.fail(asUnavailable(thrown)));
    try {
      return await load.declared;
    } finally {
      clearTimeout(timer);
    }
  }

  async run(job: RunJob, sink: RunSink): Promise<RunEnd> {
    this.#assertOpen();
    const active = new ActiveRun(job, sink);
    this.#active.add(active);
    const carriedOut = this.#carryOut(job, active);
    try {
      return await active.run.end;
    } finally {
      this.#active.delete(active);
      const tooLong = setTimeout(() => active.letGo(), LAST_BYTES_MS_MAX);
      void carriedOut.finally(() => clearTimeout(tooLong));
    }
  }

  loadAhead(target: RuntimeTarget): void {
    // Who runs it is told when it cannot be had.
    if (!this.#isClosed) this.#caller.ensure(target).catch(() => undefined);
  }

  cancel(executionId: string): void {
    for (const active of this.#active)
      if (active.executionId === executionId)
        active.end({ state: "cancelled", error: runError("RUN_CANCELLED") });
  }

  /** Its variables may have changed: the next run is told them anew, in environments that never had others. */
  retire(deploymentId: string): void {
    this.#caller.forget(deploymentId);
  }

  /** Removes functions that none of these needs any more. Resolves with their names. */
  removeUnneeded(inUse: readonly RuntimeTarget[]): Promise<string[]> {
    return this.#caller.removeAllBut(inUse);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const error = runError("INTERRUPTED", "The server is shutting down.");
    for (const active of this.#active) active.end({ state: "interrupted", error });
  }

  /** Never rejects: what goes wrong is the run's end. */
  async #carryOut(job: RunJob, active: ActiveRun): Promise<void> {
    const { run, signal } = active;
    try {
      const end = await this.#caller.call(job.target, {
        purpose: "run",
        event: (source) => {
          active.beginAttempt();
          return run.eventFor(source);
        },
        onTurnedAway: () => active.wait(),
        receive: (bytes) => run.receive(bytes),
        signal,
        waitMsMax: job.timeoutMs,
      });
      await endRun(run, end);
    } catch (thrown) {
      if (thrown instanceof MayHaveBegun)
        await run.finishAs({ state: "interrupted", error: runError("INTERRUPTED", thrown.message) });
      else run.fail(asUnavailable(thrown));
    }
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new FlowwError("SERVER_STOPPING");
  }
}

function asUnavailable(thrown: unknown): FlowwError {
  if (thrown instanceof FlowwError) return thrown;
  return new FlowwError("RUNTIME_UNAVAILABLE", (thrown as Error).message, { cause: thrown });
}
