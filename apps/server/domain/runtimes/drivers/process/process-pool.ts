import { FlowwError } from "@floww/contract/errors";
import type { ExecutorProcess, RuntimeTarget } from "@floww/executor/host";

const IDLE_MS_MAX = 5 * 60_000;
const REAP_EVERY_MS = 30_000;
const PROCESSES_MAX = 200;

/** Processes by deployment, and one spare that has not loaded anything yet, so that a first answer need not wait for a boot. */
export class ProcessPool {
  readonly #start: () => ExecutorProcess;
  readonly #byDeployment = new Map<string, Set<ExecutorProcess>>();
  /** Loads under way: requests that arrive together share one new process. */
  readonly #loading = new Map<string, Promise<ExecutorProcess>>();
  readonly #all = new Set<ExecutorProcess>();
  readonly #reaper: NodeJS.Timeout;
  #spare: ExecutorProcess | undefined;
  #isClosed = false;

  constructor(start: () => ExecutorProcess) {
    this.#start = start;
    this.#reaper = setInterval(() => this.#reap(), REAP_EVERY_MS);
    this.#reaper.unref();
  }

  /** A booted process that belongs to nobody yet; the next spare starts at once. */
  takeSpare(): ExecutorProcess {
    if (this.#isClosed) throw new FlowwError("SERVER_STOPPING");
    const spare = this.#spare ?? this.#add();
    this.#spare = this.#add();
    return spare;
  }

  /** @throws FlowwError when the bundle cannot be loaded or no process can be had. */
  async forTarget(target: RuntimeTarget): Promise<ExecutorProcess> {
    const warm = this.#leastBusy(target.deploymentId);
    if (warm !== undefined) return warm;
    const loading = this.#loading.get(target.deploymentId);
    if (loading !== undefined) return loading;
    const load = this.#load(target).finally(() => this.#loading.delete(target.deploymentId));
    this.#loading.set(target.deploymentId, load);
    return load;
  }

  cancel(executionId: string): void {
    for (const executor of this.#all) if (executor.cancel(executionId)) return;
  }

  retire(deploymentId: string): void {
    for (const executor of this.#byDeployment.get(deploymentId) ?? []) executor.drain();
    this.#byDeployment.delete(deploymentId);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#reaper);
    for (const executor of this.#all) executor.kill();
    await Promise.all([...this.#all].map((executor) => executor.closed));
  }

  async #load(target: RuntimeTarget): Promise<ExecutorProcess> {
    if (this.#all.size >= PROCESSES_MAX) this.#evictIdle();
    const executor = this.takeSpare();
    await executor.load(target, "run").catch((error: unknown) => {
      executor.kill();
      throw error;
    });
    const processes = this.#byDeployment.get(target.deploymentId) ?? new Set();
    processes.add(executor);
    this.#byDeployment.set(target.deploymentId, processes);
    void executor.closed.then(() => processes.delete(executor));
    return executor;
  }

  #leastBusy(deploymentId: string): ExecutorProcess | undefined {
    let best: ExecutorProcess | undefined;
    for (const executor of this.#byDeployment.get(deploymentId) ?? []) {
      if (executor.takesWork && executor.activeRuns < (best?.activeRuns ?? Number.POSITIVE_INFINITY))
        best = executor;
    }
    return best;
  }

  #add(): ExecutorProcess {
    const executor = this.#start();
    this.#all.add(executor);
    void executor.closed.then(() => {
      this.#all.delete(executor);
      if (this.#spare === executor) this.#spare = undefined;
    });
    return executor;
  }

  #evictIdle(): void {
    const idle = [...this.#all].filter((executor) => executor !== this.#spare && executor.activeRuns === 0);
    const oldest = idle.sort((a, b) => a.idleSinceMs - b.idleSinceMs)[0];
    if (oldest === undefined) {
      throw new FlowwError("RUNTIME_UNAVAILABLE", `All ${PROCESSES_MAX} processes of this server are busy.`);
    }
    oldest.drain();
  }

  #reap(): void {
    const idleSince = Date.now() - IDLE_MS_MAX;
    for (const executor of this.#all) {
      const isIdle =
        executor !== this.#spare && executor.activeRuns === 0 && executor.idleSinceMs < idleSince;
      if (isIdle) executor.drain();
    }
  }
}
