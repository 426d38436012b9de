import type { RuntimeSettings } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { RunEnd, RunJob, RunSink, RuntimeTarget } from "@floww/executor/host";
import { ExecutorProcess } from "@floww/executor/host";
import type { Isolation, RuntimeDriver } from "../driver.ts";
import { ProcessPool, type ProcessPoolOptions } from "./process-pool.ts";
import type { SpawnedExecutor } from "./spawn-executor.ts";

/** Where executors come from. */
export interface ExecutorSource {
  start(): SpawnedExecutor;
  /** Ends what it keeps; those that it has given are whose they are. */
  close(): Promise<void>;
}

export interface ProcessDriverOptions {
  isolation: Isolation;
  executors: ExecutorSource;
  pool?: Partial<Omit<ProcessPoolOptions, "start">>;
}

/** The server's own engine: warm child processes, one deployment each. */
export class ProcessDriver implements RuntimeDriver {
  readonly name = "process";
  readonly isolation: Isolation;
  readonly #executors: ExecutorSource;
  readonly #pool: ProcessPool;

  constructor({ isolation, executors, pool = {} }: ProcessDriverOptions) {
    this.isolation = isolation;
    this.#executors = executors;
    const now = pool.now ?? Date.now;
    const start = () => {
      const { child, ...surroundings } = executors.start();
      return new ExecutorProcess(child, { ...surroundings, now });
    };
    this.#pool = new ProcessPool({ ...pool, start });
  }

  /** The processes that live now: for people who look, and for tests. */
  get pids(): number[] {
    return this.#pool.pids;
  }

  canStart(): boolean {
    return this.#pool.canStart;
  }

  place({ driver: _, ...settings }: RuntimeSettings): Record<string, never> {
    const [name] = Object.keys(settings);
    if (name === undefined) return {};
    throw new FlowwError("RUNTIME_NOT_OFFERED", `The server's own engine has no setting "${name}".`, {
      fix: `Remove \`runtime.${name}\` from floww.yaml, or set \`runtime.driver\` to docker or lambda.`,
    });
  }

  async prove(target: RuntimeTarget): Promise<unknown> {
    const executor = this.#pool.takeSpare();
    try {
      return await executor.load(target, "enumerate");
    } finally {
      executor.kill();
      this.#pool.startSpare();
    }
  }

  run(job: RunJob, sink: RunSink): Promise<RunEnd> {
    return this.#pool.run(job, sink);
  }

  prepare(target: RuntimeTarget): void {
    this.#pool.prepare(target);
  }

  loadAhead(target: RuntimeTarget): void {
    this.#pool.loadAhead(target);
  }

  cancel(executionId: string): void {
    this.#pool.cancel(executionId);
  }

  retire(deploymentId: string): void {
    this.#pool.retire(deploymentId);
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#executors.close()]);
  }
}
