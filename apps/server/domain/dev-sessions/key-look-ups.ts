/** So many at once are a stranger's: further ones are not looked for. A session is heard of in other ways, within seconds. */
const WAITING_MAX = 1_000;

/**
 * Looks for keys that this server has not heard of: anybody may ask for any number of them, so all that come while one look-up
 * is under way go into the next, and there is never more than one.
 */
export class KeyLookUps {
  readonly #lookUp: (keys: readonly string[]) => Promise<void>;
  #waiting = new Set<string>();
  #isUnderWay: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** `lookUp` takes up what there is under these keys. */
  constructor(lookUp: (keys: readonly string[]) => Promise<void>) {
    this.#lookUp = lookUp;
  }

  /** Resolves when it was looked for after this call, or when too many others are. */
  async lookFor(key: string): Promise<void> {
    if (this.#waiting.size >= WAITING_MAX && !this.#waiting.has(key)) return;
    this.#waiting.add(key);
    this.#next ??= this.#begin();
    await this.#next;
  }

  async #begin(): Promise<void> {
    // Who waits for the one under way is told of its failure there.
    await this.#isUnderWay?.catch(() => undefined);
    const keys = [...this.#waiting];
    this.#waiting = new Set();
    this.#isUnderWay = this.#next;
    this.#next = undefined;
    await this.#lookUp(keys);
  }
}
