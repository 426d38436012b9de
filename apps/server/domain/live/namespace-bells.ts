import type { Bell, RouteName } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import type { Realtime } from "../../platform/realtime/realtime.ts";
import { TOKEN_TTL_SECONDS } from "../../platform/realtime/token-issuer.ts";

/** Where something is said to have changed. Costs its caller nothing, and never fails. */
export interface Bells {
  /** After the commit: whoever hears of it may look at once. */
  executionChanged(namespaceId: string, executionId: string): void;
  /** One that caused no execution; those that did are heard of by it. */
  deliveryCausedNothing(namespaceId: string): void;
  routeChanged(namespaceId: string, route: RouteName): void;
}

export interface BellsOptions {
  realtime: Pick<Realtime, "publish">;
  report(error: unknown): void;
  /** In milliseconds. */
  now?(): number;
  after?(ms: number, work: () => void): Disposable;
}

/** Several a second ring as one: a page asks again four times a second at most. */
const GATHER_MS = 250;
/** While the broker is away. */
const RETRY_MS = 2_000;
const NAMED_MAX = 20;
const ROUTES_MAX = 20;
/** Whoever watches asks for fresh tokens before these end; the rest is for one that is late. */
export const WATCHED_MS = 2 * TOKEN_TTL_SECONDS * 1_000;

/** What has changed since a namespace's bells rang last. */
interface Gathered {
  watchedUntilMs: number;
  /** Somebody asked for it here; otherwise it is only not known that nobody does. */
  isAsked: boolean;
  executionIds: Set<string>;
  /** Too many to name. */
  isMany: boolean;
  hasDeliveries: boolean;
  routes: Set<RouteName>;
  isRinging: boolean;
}

/**
 * The bells of all namespaces that somebody watches; for every other one a change costs a look into a map. Each server
 * rings for what happens at itself, and the broker brings it to all who listen.
 *
 * Nobody misses anything by coming late or back: whenever a namespace is watched that was not, each server says that
 * anything may have changed.
 */
export class NamespaceBells implements Bells {
  readonly #options: Required<BellsOptions>;
  readonly #watched = new Map<string, Gathered>();
  /** Until then nothing is known of who watches, and every namespace counts as watched. */
  #unknownUntilMs: number;
  #timer: Disposable | undefined;
  #underWay = new Set<Promise<void>>();
  #isAway = false;
  #isClosed = false;

  constructor(options: BellsOptions) {
    this.#options = { now: () => performance.now(), after: runAfter, ...options };
    this.#unknownUntilMs = 0;
    this.forgetWatchers();
  }

  /** Who watches may have been told to others only: each namespace counts as watched until it would have been said again. */
  forgetWatchers(): void {
    this.#unknownUntilMs = this.#options.now() + WATCHED_MS;
  }

  /** Somebody listens to the namespace's bells, here or at another server. */
  watch(namespaceId: string): void {
    const nowMs = this.#options.now();
    for (const [id, { watchedUntilMs }] of this.#watched)
      if (watchedUntilMs < nowMs) this.#watched.delete(id);
    const gathered = this.#watched.get(namespaceId) ?? this.#begin(namespaceId);
    gathered.watchedUntilMs = nowMs + WATCHED_MS;
    if (gathered.isAsked) return;
    gathered.isAsked = true;
    this.#markMany(gathered);
    this.#arm(GATHER_MS);
  }

  executionChanged(namespaceId: string, executionId: string): void {
    const gathered = this.#find(namespaceId);
    if (gathered === undefined) return;
    if (!gathered.isMany) {
      gathered.executionIds.add(executionId);
      if (gathered.executionIds.size > NAMED_MAX) this.#markMany(gathered);
    }
    this.#arm(GATHER_MS);
  }

  deliveryCausedNothing(namespaceId: string): void {
    const gathered = this.#find(namespaceId);
    if (gathered === undefined) return;
    gathered.hasDeliveries = true;
    this.#arm(GATHER_MS);
  }

  routeChanged(namespaceId: string, route: RouteName): void {
    const gathered = this.#find(namespaceId);
    if (gathered === undefined) return;
    if (gathered.routes.size < ROUTES_MAX) gathered.routes.add(route);
    this.#arm(GATHER_MS);
  }

  /** Rings for the last time. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#ringAll();
    await Promise.all(this.#underWay);
  }

  #find(namespaceId: string): Gathered | undefined {
    const gathered = this.#watched.get(namespaceId);
    if (gathered !== undefined || this.#unknownUntilMs === 0) return gathered;
    if (this.#options.now() < this.#unknownUntilMs) return this.#begin(namespaceId);
    this.#unknownUntilMs = 0;
    return undefined;
  }

  #begin(namespaceId: string): Gathered {
    const gathered: Gathered = {
      watchedUntilMs: this.#unknownUntilMs,
      isAsked: false,
      executionIds: new Set(),
      isMany: false,
      hasDeliveries: false,
      routes: new Set(),
      isRinging: false,
    };
    this.#watched.set(namespaceId, gathered);
    return gathered;
  }

  #markMany(gathered: Gathered): void {
    gathered.isMany = true;
    gathered.executionIds.clear();
  }

  #arm(ms: number): void {
    if (this.#isClosed) return;
    this.#timer ??= this.#options.after(ms, () => this.#ringAll());
  }

  #ringAll(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const nowMs = this.#options.now();
    for (const [namespaceId, gathered] of this.#watched) {
      if (gathered.watchedUntilMs < nowMs) this.#watched.delete(namespaceId);
      // One at a time: a broker that is slow gets the rest as one.
      else if (!gathered.isRinging && hasAny(gathered)) {
        const ringing = this.#ring(namespaceId, gathered).finally(() => this.#underWay.delete(ringing));
        this.#underWay.add(ringing);
      }
    }
  }

  async #ring(namespaceId: string, gathered: Gathered): Promise<void> {
    const bells = takeBells(gathered);
    gathered.isRinging = true;
    let waitMs = GATHER_MS;
    try {
      const channel = bellsChannel(namespaceId);
      await Promise.all(bells.map((bell) => this.#options.realtime.publish(channel, bell)));
      this.#isAway = false;
    } catch (error) {
      // Nothing is lost: it rings again, for all that may have changed until then.
      this.#markMany(gathered);
      for (const bell of bells) if (bell.kind === "change") gathered.routes.add(bell.route as RouteName);
      waitMs = RETRY_MS;
      if (!this.#isAway && !this.#isClosed && !isEndOfServer(error)) this.#options.report(error);
      this.#isAway = true;
    } finally {
      gathered.isRinging = false;
    }
    if (hasAny(gathered)) this.#arm(waitMs);
  }
}

/** A broker of ours that goes with the server is not away. */
function isEndOfServer(error: unknown): boolean {
  return error instanceof FlowwError && error.code === "SERVER_STOPPING";
}

/** Where the bells of a namespace ring. */
export function bellsChannel(namespaceId: string): string {
  return `namespace-${formatId("namespace", namespaceId)}`;
}

function hasAny({ executionIds, isMany, hasDeliveries, routes }: Gathered): boolean {
  return isMany || hasDeliveries || executionIds.size > 0 || routes.size > 0;
}

function takeBells(gathered: Gathered): Bell[] {
  const { executionIds, isMany, hasDeliveries, routes } = gathered;
  const ids = [...executionIds].map((id) => formatId("execution", id)).join(",");
  const bells: Bell[] = [...routes].map((route) => ({ kind: "change", route }));
  if (isMany || ids !== "") bells.push({ kind: "executions", ids });
  // Who hears of executions looks at the deliveries as well.
  else if (hasDeliveries) bells.push({ kind: "deliveries" });
  gathered.executionIds.clear();
  gathered.isMany = false;
  gathered.hasDeliveries = false;
  gathered.routes.clear();
  return bells;
}

function runAfter(ms: number, work: () => void): Disposable {
  const timer = setTimeout(work, ms).unref();
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
