/** How often something may be tried. */
export interface AttemptLimitOptions {
  attemptsMax: number;
  windowMs: number;
  now?: () => number;
}

/** Strangers choose the keys, so their number is bounded; the oldest are forgotten first. */
const KEYS_MAX = 100_000;

interface Attempts {
  count: number;
  endsAtMs: number;
}

/** Counts attempts by key in windows of time, in this process: what guesses passwords and codes runs into it. */
export class AttemptLimit {
  readonly #options: Required<AttemptLimitOptions>;
  readonly #attempts = new Map<string, Attempts>();

  constructor({ attemptsMax, windowMs, now = Date.now }: AttemptLimitOptions) {
    this.#options = { attemptsMax, windowMs, now };
  }

  /** Counts one attempt. The milliseconds to wait when it is one too many, else 0. */
  take(key: string): number {
    const { attemptsMax, windowMs, now } = this.#options;
    const nowMs = now();
    let attempts = this.#attempts.get(key);
    if (attempts === undefined || attempts.endsAtMs <= nowMs) {
      attempts = { count: 0, endsAtMs: nowMs + windowMs };
      // Put at the end of the map's order, where the youngest are.
      this.#attempts.delete(key);
      this.#attempts.set(key, attempts);
      this.#forgetOldest();
    }
    if (attempts.count >= attemptsMax) return attempts.endsAtMs - nowMs;
    attempts.count += 1;
    return 0;
  }

  /** A success is not counted. The failures stay: one account of his own must not buy a guesser new guesses. */
  giveBack(key: string): void {
    const attempts = this.#attempts.get(key);
    if (attempts !== undefined && attempts.count > 0) attempts.count -= 1;
  }

  #forgetOldest(): void {
    const [oldest] = this.#attempts.keys();
    if (this.#attempts.size > KEYS_MAX && oldest !== undefined) this.#attempts.delete(oldest);
  }
}
