import type { RuntimeSettings } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import {
  FunctionRun,
  type PlacedRuntime,
  type RunEnd,
  type RunJob,
  type RunSink,
  type RuntimeTarget,
  runError,
} from "@floww/executor/host";
import type { RuntimeDriver } from "../driver.ts";
import type { Container } from "./container.ts";
import { ContainerPool, type ContainerPoolOptions } from "./container-pool.ts";

export interface DockerDriverOptions {
  isolation: string;
  /** Of the machine that the engine runs on. */
  architecture: "x64" | "arm64";
  stockImage: string;
  start(target: RuntimeTarget): Container;
  pool?: Partial<Omit<ContainerPoolOptions<Container>, "start">>;
}

interface ActiveRun {
  run: FunctionRun;
  container?: Container;
}

/** Runs deployments in containers of this machine's engine: Docker, or podman. */
export class DockerDriver implements RuntimeDriver {
  readonly name = "docker";
  readonly isolation: string;
  readonly #options: DockerDriverOptions;
  readonly #pool: ContainerPool<Container>;
  readonly #active = new Map<string, ActiveRun>();

  constructor(options: DockerDriverOptions) {
    this.isolation = options.isolation;
    this.#options = options;
    this.#pool = new ContainerPool({ ...options.pool, start: options.start });
  }

  /** Containers that there are now: for people who look, and for tests. */
  get containers(): number {
    return this.#pool.size;
  }

  place(settings: RuntimeSettings): Omit<PlacedRuntime, "driver"> {
    const { architecture, stockImage } = this.#options;
    if (settings.architecture !== undefined && settings.architecture !== architecture)
      throw new FlowwError(
        "RUNTIME_NOT_OFFERED",
        `This server's containers are ${architecture}, not ${settings.architecture}.`,
      );
    return settings.image === undefined ? { ...settings, stockImage } : settings;
  }

  async prove(target: RuntimeTarget): Promise<unknown> {
    const container = await this.#pool.acquire(
      { ...target, deploymentId: `${target.deploymentId} (proof)` },
      PROOF_WAIT_MS,
    );
    try {
      return await container.enumerate();
    } finally {
      container.kill();
      this.#pool.release(container);
    }
  }

  run(job: RunJob, sink: RunSink): Promise<RunEnd> {
    const later = { ...job, timeoutMs: job.timeoutMs + EXECUTOR_LATER_MS };
    const active: ActiveRun = { run: new FunctionRun(later, sink) };
    this.#active.set(job.executionId, active);
    void this.#give(active, job, sink);
    return active.run.end.finally(() => this.#active.delete(job.executionId));
  }

  prepare(target: RuntimeTarget): void {
    this.#pool.prepare(target);
  }

  loadAhead(target: RuntimeTarget): void {
    this.#pool.prepare(target);
  }

  cancel(executionId: string): void {
    const active = this.#active.get(executionId);
    if (active !== undefined) this.#end(active, { state: "cancelled", error: runError("RUN_CANCELLED") });
  }

  retire(deploymentId: string): void {
    this.#pool.retire(deploymentId);
  }

  async close(): Promise<void> {
    const error = runError("INTERRUPTED", "The server is shutting down.");
    for (const { run } of this.#active.values()) run.endAs({ state: "interrupted", error });
    await this.#pool.close();
  }

  /** Resolves when the container is free, or gone; the run may be over long before. */
  async #give(active: ActiveRun, { target, timeoutMs }: RunJob, calls: RunSink): Promise<void> {
    const { run } = active;
    let container: Container | undefined;
    let deadline: NodeJS.Timeout | undefined;
    try {
      container = await this.#pool.acquire(target, timeoutMs);
      active.container = container;
      await container.ready();
      deadline = setTimeout(() => {
        const error = runError("RUN_TIMED_OUT", `The run was ended after ${timeoutMs} ms.`);
        this.#end(active, { state: "timed_out", error });
      }, timeoutMs);
      if (!run.isOver) {
        calls.began?.();
        await this.#runIn(container, run, { timeoutMs: timeoutMs + EXECUTOR_LATER_MS, calls });
      }
    } catch (error) {
      container?.kill();
      run.fail(error as FlowwError);
    } finally {
      clearTimeout(deadline);
      if (container !== undefined) this.#pool.release(container);
    }
  }

  async #runIn(
    container: Container,
    run: FunctionRun,
    options: { timeoutMs: number; calls: RunSink },
  ): Promise<void> {
    let late: NodeJS.Timeout | undefined;
    const onEnd = () => {
      this.#pool.willRelease(container);
      // What says the end of its run and does not end its answer is no executor of ours.
      late = setTimeout(() => container.kill(), FREE_MS_MAX);
    };
    run.end.then(onEnd, onEnd);
    await container.run(run, options);
    clearTimeout(late);
  }

  /** A container takes one run at a time: it ends with a run that is ended. */
  #end({ run, container }: ActiveRun, end: RunEnd): void {
    run.sayLastWords(container?.said ?? "");
    run.endAs(end);
    container?.kill();
  }
}

const PROOF_WAIT_MS = 30_000;
const FREE_MS_MAX = 1_000;
/** The executor keeps the deadline too: behind ours, so that what a handler answers to that never comes first. */
const EXECUTOR_LATER_MS = 500;
