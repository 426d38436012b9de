import { FlowwError } from "@floww/contract/errors";
import type { ExecutorProcess, RunEnd, RunJob, RunSink, RuntimeTarget } from "@floww/executor/host";

export interface ProcessPoolOptions {
  start(): ExecutorProcess;
  /** Whether new events still come to the deployment. Where they do not, its processes end soon after their last run. Default: they do. */
  isRouted?(target: RuntimeTarget): boolean;
  processesMax?: number;
  idleMsMax?: number;
  reapEveryMs?: number;
  now?(): number;
}

const IDLE_MS_MAX = 5 * 60_000;
const REAP_EVERY_MS = 1_000;
const PROCESSES_MAX = 200;
/** A process that dies before it has loaded was most likely killed from outside: the run it was for is not lost for that. */
const LOADS_MAX = 3;
/** One may be killed from outside; so many in a row say that none comes up. */
const FAILED_STARTS_MAX = 3;
/** Idle for this long, a process ends whose deployment events go past: those on their way at a switch still find it. */
const UNROUTED_MS_MAX = 1_000;
/** A spare's boot would slow down the first answer of the process that took the place of a spare. */
const SPARE_AFTER_MS = 100;

interface Loading {
  loaded: Promise<ExecutorProcess>;
  /** What it loads is out of date: it is for those who wait for it already. */
  isRetired: boolean;
}

interface DeploymentProcesses {
  target: RuntimeTarget;
  processes: Set<ExecutorProcess>;
}

/** Processes by deployment, and one spare that has not loaded anything yet, so that a first answer need not wait for a boot. */
export class ProcessPool {
  readonly #start: () => ExecutorProcess;
  readonly #isRouted: (target: RuntimeTarget) => boolean;
  readonly #processesMax: number;
  readonly #idleMsMax: number;
  readonly #now: () => number;
  readonly #byDeployment = new Map<string, DeploymentProcesses>();
  /** Loads under way: requests that arrive together share one new process. */
  readonly #loading = new Map<string, Loading>();
  readonly #all = new Set<ExecutorProcess>();
  readonly #reaper: NodeJS.Timeout;
  #spare: ExecutorProcess | undefined;
  #spareTimer: NodeJS.Timeout | undefined;
  /** The deployment that was loaded without a run to come. */
  #ahead: string | undefined;
  #isClosed = false;
  /** Processes that did not come up, in a row: not for want of a bundle, or because that ended them. */
  #failedStarts = 0;
  #isTrying = false;

  constructor(options: ProcessPoolOptions) {
    this.#start = options.start;
    this.#isRouted = options.isRouted ?? (() => true);
    this.#processesMax = options.processesMax ?? PROCESSES_MAX;
    this.#idleMsMax = options.idleMsMax ?? IDLE_MS_MAX;
    this.#now = options.now ?? Date.now;
    this.#reaper = setInterval(() => this.#reap(), options.reapEveryMs ?? REAP_EVERY_MS);
    this.#reaper.unref();
  }

  get pids(): number[] {
    return [...this.#all].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** False while no process comes up, until one does. */
  get canStart(): boolean {
    return this.#failedStarts < FAILED_STARTS_MAX;
  }

  /** A booted process that belongs to nobody yet. Who takes it says when the next one may start. */
  takeSpare(): ExecutorProcess {
    if (this.#isClosed) throw new FlowwError("SERVER_STOPPING");
    const spare = this.#spare ?? this.#add();
    this.#spare = undefined;
    return spare;
  }

  /** Starts the next spare, unless one is there. */
  startSpare(): void {
    if (this.#isClosed || this.#all.size >= this.#processesMax) return;
    this.#spare ??= this.#add();
  }

  /** @throws FlowwError when the bundle cannot be loaded or no process can be had. */
  async run(job: RunJob, sink: RunSink): Promise<RunEnd> {
    if (this.#ahead === job.target.deploymentId) this.#ahead = undefined;
    for (;;) {
      const executor = this.#leastBusy(job.target.deploymentId) ?? (await this.#loadInsistently(job.target));
      // Many may have waited for the same one, which takes as many as it can: asked and given in one step.
      if (executor.takesWork) {
        sink.began?.();
        return executor.run(job, sink);
      }
      if (this.#isClosed) throw new FlowwError("SERVER_STOPPING");
    }
  }

  /** Loads a process unless there is one. When it cannot be loaded, the run will say why. */
  prepare(target: RuntimeTarget): void {
    if (this.#isClosed || this.#byDeployment.has(target.deploymentId)) return;
    this.#loadOnce(target).catch(() => undefined);
  }

  /** Into one process at a time, until it has had a run: or a hundred deploys would leave as many. */
  loadAhead(target: RuntimeTarget): void {
    if (this.#spare === undefined && this.#all.size >= this.#processesMax) return;
    if (this.#ahead !== undefined) this.retire(this.#ahead);
    this.#ahead = target.deploymentId;
    this.prepare(target);
  }

  cancel(executionId: string): void {
    for (const executor of this.#all) if (executor.cancel(executionId)) return;
  }

  /** Its processes are out of date, and take nothing more; where only events go elsewhere now, they end once they are idle. */
  retire(deploymentId: string): void {
    const known = this.#byDeployment.get(deploymentId);
    if (known !== undefined && !this.#isRouted(known.target)) return;
    for (const executor of known?.processes ?? []) executor.drain();
    this.#byDeployment.delete(deploymentId);
    const loading = this.#loading.get(deploymentId);
    if (loading === undefined) return;
    this.#loading.delete(deploymentId);
    loading.isRetired = true;
    // Those who wait for it now still get their run: it started before the switch.
    const drain = (executor: ExecutorProcess) => setImmediate(() => executor.drain());
    loading.loaded.then(drain, () => undefined);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#reaper);
    clearTimeout(this.#spareTimer);
    for (const executor of this.#all) executor.kill("The server is shutting down.");
    await Promise.all([...this.#all].map((executor) => executor.closed));
  }

  async #loadInsistently(target: RuntimeTarget): Promise<ExecutorProcess> {
    for (let loads = 1; ; loads++) {
      try {
        return await this.#loadOnce(target);
      } catch (error) {
        const isDead = error instanceof FlowwError && error.code === "RUNTIME_UNAVAILABLE";
        if (!isDead || loads === LOADS_MAX) throw error;
      }
    }
  }

  #loadOnce(target: RuntimeTarget): Promise<ExecutorProcess> {
    const { deploymentId } = target;
    const underWay = this.#loading.get(deploymentId);
    if (underWay !== undefined) return underWay.loaded;
    const isRetired = () => loading.isRetired;
    const loaded = this.#load(target, isRetired).finally(() => {
      if (!isRetired()) this.#loading.delete(deploymentId);
    });
    const loading: Loading = { loaded, isRetired: false };
    this.#loading.set(deploymentId, loading);
    return loaded;
  }

  async #load(target: RuntimeTarget, isRetired: () => boolean): Promise<ExecutorProcess> {
    const executor = await this.#takeOrEvict();
    try {
      await executor.load(target, "run");
    } catch (error) {
      executor.kill();
      throw error;
    } finally {
      clearTimeout(this.#spareTimer);
      this.#spareTimer = setTimeout(() => this.startSpare(), SPARE_AFTER_MS);
    }
    if (isRetired()) return executor;
    const known = this.#byDeployment.get(target.deploymentId) ?? { target, processes: new Set() };
    known.processes.add(executor);
    this.#byDeployment.set(target.deploymentId, known);
    void executor.closed.then(() => this.#forget(target.deploymentId, executor));
    return executor;
  }

  #forget(deploymentId: string, executor: ExecutorProcess): void {
    const processes = this.#byDeployment.get(deploymentId)?.processes;
    processes?.delete(executor);
    if (processes?.size === 0) this.#byDeployment.delete(deploymentId);
  }

  #leastBusy(deploymentId: string): ExecutorProcess | undefined {
    let best: ExecutorProcess | undefined;
    for (const executor of this.#byDeployment.get(deploymentId)?.processes ?? []) {
      if (executor.takesWork && executor.activeRuns < (best?.activeRuns ?? Number.POSITIVE_INFINITY))
        best = executor;
    }
    return best;
  }

  #add(): ExecutorProcess {
    const executor = this.#start();
    this.#all.add(executor);
    executor.ready().then(
      () => {
        this.#failedStarts = 0;
      },
      () => {
        this.#failedStarts += 1;
      },
    );
    void executor.closed.then(() => {
      this.#all.delete(executor);
      if (this.#spare === executor) this.#spare = undefined;
    });
    return executor;
  }

  /** At the bound, the process that has been idle for longest makes room. */
  async #takeOrEvict(): Promise<ExecutorProcess> {
    if (this.#spare === undefined && this.#all.size >= this.#processesMax) {
      const oldest = this.#idle().sort((a, b) => a.idleSinceMs - b.idleSinceMs)[0];
      if (oldest === undefined) {
        const message = `All ${this.#processesMax} processes of this server are busy.`;
        throw new FlowwError("RUNTIME_UNAVAILABLE", message);
      }
      oldest.drain();
      await oldest.closed;
    }
    return this.takeSpare();
  }

  /** Loaded and without a run; a process that still loads, or waits for work that is not sent yet, is neither. */
  #idle(): ExecutorProcess[] {
    return [...this.#byDeployment.values()].flatMap(({ processes }) => [...processes].filter(isIdle));
  }

  /** Where nothing starts no events may come any more, by which that would be seen to be over: one is tried, and ends. */
  async #tryStart(): Promise<void> {
    this.#isTrying = true;
    try {
      const executor = this.#add();
      await executor.ready().finally(() => executor.kill());
    } catch {
      // Not yet.
    } finally {
      this.#isTrying = false;
    }
  }

  #reap(): void {
    if (!this.canStart && !this.#isTrying) void this.#tryStart();
    const now = this.#now();
    for (const { target, processes } of this.#byDeployment.values()) {
      const idleSince = now - (this.#isRouted(target) ? this.#idleMsMax : UNROUTED_MS_MAX);
      for (const executor of processes)
        if (isIdle(executor) && executor.idleSinceMs <= idleSince) executor.drain();
    }
  }
}

function isIdle({ takesWork, activeRuns }: ExecutorProcess): boolean {
  return takesWork && activeRuns === 0;
}
