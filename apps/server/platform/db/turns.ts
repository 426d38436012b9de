/** Who shares a key goes one at a time, and no more than `atOnceMax` of all keys are at it; the others wait in memory. */
export class Turns {
  readonly #lastOf = new Map<string, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(atOnceMax: number) {
    this.#free = atOnceMax;
  }

  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#lastOf.get(key) ?? Promise.resolve();
    const turn = before.then(() => this.#within(work));
    const over = turn.then(
      () => undefined,
      () => undefined,
    );
    this.#lastOf.set(key, over);
    try {
      return await turn;
    } finally {
      if (this.#lastOf.get(key) === over) this.#lastOf.delete(key);
    }
  }

  async #within<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
