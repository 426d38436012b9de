import { FlowwError } from "@floww/contract/errors";
import type { RuntimeTarget } from "@floww/executor/host";
import type { Container } from "./container.ts";

/** What the pool asks of a container. */
export type PooledContainer = Pick<Container, "target" | "takesWork" | "kill" | "closed">;

export interface ContainerPoolOptions<C extends PooledContainer> {
  start(target: RuntimeTarget): C;
  /** Whether new events still come to the deployment. Where they do not, an idle container ends soon. Default: they do. */
  isRouted?(target: RuntimeTarget): boolean;
  /** On this server, of all deployments. */
  containersMax?: number;
  idleMsMax?: number;
  reapEveryMs?: number;
  now?(): number;
}

interface Waiting<C> {
  target: RuntimeTarget;
  take(container: C): void;
  refuse(error: FlowwError): void;
}

const CONTAINERS_MAX = 50;
/** Of one deployment, unless floww.yaml says otherwise. */
const CONCURRENCY = 10;
const IDLE_MS_MAX = 5 * 60_000;
/** The same where events go past the deployment: those on their way at a switch need no container each. */
const UNROUTED_MS_MAX = 1_000;
const REAP_EVERY_MS = 1_000;

/**
 * Containers by deployment, each with one run at a time. Runs beyond what may be started wait for one, in order; of those
 * that are idle, the one that was used last is taken, so that the others may end.
 */
export class ContainerPool<C extends PooledContainer> {
  readonly #start: (target: RuntimeTarget) => C;
  readonly #isRouted: (target: RuntimeTarget) => boolean;
  readonly #containersMax: number;
  readonly #idleMsMax: number;
  readonly #now: () => number;
  readonly #all = new Set<C>();
  /** Without a run, in the order in which they became so. */
  readonly #idle = new Map<C, { sinceMs: number }>();
  readonly #waiting = new Set<Waiting<C>>();
  readonly #retired = new WeakSet<C>();
  /** Their runs are over, and they are as good as free. */
  readonly #freeing = new Set<C>();
  readonly #reaper: NodeJS.Timeout;
  #isClosed = false;

  constructor(options: ContainerPoolOptions<C>) {
    this.#start = options.start;
    this.#isRouted = options.isRouted ?? (() => true);
    this.#containersMax = options.containersMax ?? CONTAINERS_MAX;
    this.#idleMsMax = options.idleMsMax ?? IDLE_MS_MAX;
    this.#now = options.now ?? Date.now;
    this.#reaper = setInterval(() => this.#reap(), options.reapEveryMs ?? REAP_EVERY_MS);
    this.#reaper.unref();
  }

  get size(): number {
    return this.#all.size;
  }

  /** A container for one run; `release` it. @throws FlowwError SERVER_STOPPING, RUNTIME_UNAVAILABLE when none is free in time */
  acquire(target: RuntimeTarget, timeoutMs: number): Promise<C> {
    if (this.#isClosed) throw new FlowwError("SERVER_STOPPING");
    const { promise, resolve, reject } = Promise.withResolvers<C>();
    const waiting = { target, take: resolve, refuse: reject };
    this.#waiting.add(waiting);
    this.#place();
    if (!this.#waiting.has(waiting)) return promise;
    const timer = setTimeout(() => {
      this.#waiting.delete(waiting);
      reject(new FlowwError("RUNTIME_UNAVAILABLE", `No container was free within ${timeoutMs / 1000} s.`));
    }, timeoutMs);
    return promise.finally(() => clearTimeout(timer));
  }

  /** Its run is over, and it will be released in a moment: whoever wants one of its deployment waits for that. */
  willRelease(container: C): void {
    if (container.takesWork) this.#freeing.add(container);
  }

  /** It is free. */
  release(container: C): void {
    this.#freeing.delete(container);
    if (this.#retired.has(container)) container.kill();
    if (container.takesWork && this.#all.has(container)) this.#idle.set(container, { sinceMs: this.#now() });
    this.#place();
  }

  /** Starts one unless there is one: a run of it is about to come. */
  prepare(target: RuntimeTarget): void {
    if (this.#isClosed || this.#all.size >= this.#containersMax || this.#count(this.#all, target) > 0) return;
    this.#idle.set(this.#add(target), { sinceMs: this.#now() });
  }

  /** The deployment gets no more runs. Those that run now end by themselves, and their containers with them. */
  retire(deploymentId: string): void {
    for (const container of this.#idle.keys())
      if (container.target.deploymentId === deploymentId) this.#end(container);
    for (const container of this.#all)
      if (container.target.deploymentId === deploymentId) this.#retired.add(container);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#reaper);
    for (const { refuse } of this.#waiting) refuse(new FlowwError("SERVER_STOPPING"));
    this.#waiting.clear();
    for (const container of this.#all) container.kill();
    await Promise.all([...this.#all].map(({ closed }) => closed));
  }

  /** Gives containers to those who wait, as far as there are and may be some. */
  #place(): void {
    for (const waiting of this.#waiting) {
      const container = this.#takeIdle(waiting.target) ?? this.#startFor(waiting.target);
      if (container === undefined) continue;
      this.#waiting.delete(waiting);
      waiting.take(container);
    }
  }

  #takeIdle({ deploymentId }: RuntimeTarget): C | undefined {
    let newest: C | undefined;
    for (const container of this.#idle.keys())
      if (container.target.deploymentId === deploymentId && container.takesWork) newest = container;
    if (newest !== undefined) this.#idle.delete(newest);
    return newest;
  }

  #startFor(target: RuntimeTarget): C | undefined {
    if (this.#count(this.#freeing, target) > 0) return undefined;
    if (this.#count(this.#all, target) >= (target.runtime?.concurrency ?? CONCURRENCY)) return undefined;
    if (this.#all.size < this.#containersMax) return this.#add(target);
    const [oldest] = this.#idle.keys();
    if (oldest === undefined) return undefined;
    // Its place is free when it is gone: then `place` is called again.
    this.#end(oldest);
    return undefined;
  }

  #count(containers: Iterable<C>, { deploymentId }: RuntimeTarget): number {
    let count = 0;
    for (const container of containers) if (container.target.deploymentId === deploymentId) count++;
    return count;
  }

  #add(target: RuntimeTarget): C {
    const container = this.#start(target);
    this.#all.add(container);
    void container.closed.then(() => {
      this.#all.delete(container);
      this.#idle.delete(container);
      this.#freeing.delete(container);
      this.#place();
    });
    return container;
  }

  #end(container: C): void {
    this.#idle.delete(container);
    container.kill();
  }

  #reap(): void {
    const now = this.#now();
    for (const [container, { sinceMs }] of this.#idle) {
      const idleMsMax = this.#isRouted(container.target) ? this.#idleMsMax : UNROUTED_MS_MAX;
      if (now - sinceMs >= idleMsMax) this.#end(container);
    }
  }
}
