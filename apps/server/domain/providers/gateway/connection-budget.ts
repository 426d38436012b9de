import { limits } from "@floww/contract/limits";

const SECOND = 1_000;
const CONNECTIONS_MAX = 10_000;

interface Spent {
  /** When the next call has its turn. */
  nextAtMs: number;
  /** The vendor asked for silence until then. */
  pausedUntilMs: number;
}

/** How fast this server calls through each connection, and until when a vendor asked it to pause. */
export class ConnectionBudget {
  readonly #now: () => number;
  readonly #byProvider = new Map<string, Spent>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Milliseconds until the next call of this connection may go; its turn is taken with the question. A second's worth may come in one burst. */
  take(providerId: string): number {
    const spent = this.#of(providerId);
    const now = this.#now();
    spent.nextAtMs = Math.max(spent.nextAtMs, now - SECOND) + SECOND / limits.providerCallsPerSecond;
    return Math.max(0, spent.nextAtMs - now, spent.pausedUntilMs - now);
  }

  /** The vendor said `Retry-After`: for all calls of the connection, not only the one that was told. */
  pause(providerId: string, ms: number): void {
    const spent = this.#of(providerId);
    spent.pausedUntilMs = Math.max(spent.pausedUntilMs, this.#now() + ms);
  }

  #of(providerId: string): Spent {
    const known = this.#byProvider.get(providerId);
    if (known !== undefined) return known;
    const oldest = this.#byProvider.keys().next().value;
    if (this.#byProvider.size >= CONNECTIONS_MAX && oldest !== undefined) this.#byProvider.delete(oldest);
    const spent = { nextAtMs: 0, pausedUntilMs: 0 };
    this.#byProvider.set(providerId, spent);
    return spent;
  }
}
