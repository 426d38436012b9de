import type { ChildProcess } from "node:child_process";
import type { RunEnd, RunJob, RunSink, RuntimeTarget } from "@floww/executor/host";
import { ExecutorProcess } from "@floww/executor/host";
import type { RuntimeDriver } from "../driver.ts";
import { ProcessPool } from "./process-pool.ts";

export interface ProcessDriverOptions {
  isolation: RuntimeDriver["isolation"];
  /** Starts one executor with its frames on descriptor 3. */
  spawn(): ChildProcess;
}

/** The server's own engine: warm child processes, one deployment each. */
export class ProcessDriver implements RuntimeDriver {
  readonly name = "process";
  readonly isolation: RuntimeDriver["isolation"];
  readonly #pool: ProcessPool;

  constructor({ isolation, spawn }: ProcessDriverOptions) {
    this.isolation = isolation;
    this.#pool = new ProcessPool(() => new ExecutorProcess(spawn()));
  }

  async prove(target: RuntimeTarget): Promise<unknown> {
    const executor = this.#pool.takeSpare();
    try {
      return await executor.load(target, "enumerate");
    } finally {
      executor.kill();
    }
  }

  async run(job: RunJob, sink: RunSink): Promise<RunEnd> {
    const executor = await this.#pool.forTarget(job.target);
    return executor.run(job, sink);
  }

  cancel(executionId: string): void {
    this.#pool.cancel(executionId);
  }

  retire(deploymentId: string): void {
    this.#pool.retire(deploymentId);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
