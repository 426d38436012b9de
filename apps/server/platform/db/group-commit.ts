import { FlowwError } from "@floww/contract/errors";

export interface GroupCommitOptions<Item, Result> {
  /** Commits all items in one statement and returns a result for each, in order. */
  flush(items: Item[]): Promise<Result[]>;
  bytesOf(item: Item): number;
  /** Whether a failed flush may be the fault of one item, so that splitting finds it. */
  isItemFault(error: unknown): boolean;
  rowsMax?: number;
  bytesMax?: number;
  queueMax?: number;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

const ROWS_MAX = 500;
const BYTES_MAX = 4 * 1024 * 1024;
const QUEUE_MAX = 20_000;

/**
 * Group commit: what arrives while a flush is under way goes into the next one, so the batch follows the load and an
 * idle server adds no delay. A failing flush is split until the culprit is alone, and only it fails.
 */
export class GroupCommit<Item, Result> {
  readonly #options: Required<GroupCommitOptions<Item, Result>>;
  readonly #queue: Waiting<Item, Result>[] = [];
  #active: Promise<void> | undefined;

  constructor(options: GroupCommitOptions<Item, Result>) {
    this.#options = { rowsMax: ROWS_MAX, bytesMax: BYTES_MAX, queueMax: QUEUE_MAX, ...options };
  }

  /** Resolves after the commit. */
  submit(item: Item): Promise<Result> {
    if (this.#queue.length >= this.#options.queueMax) {
      return Promise.reject(
        new FlowwError("QUEUE_FULL", `${this.#queue.length} writes are waiting for the database.`),
      );
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      this.#active ??= this.#run();
    });
  }

  /** Waits until all that was submitted is settled. */
  async drain(): Promise<void> {
    while (this.#active !== undefined) await this.#active;
  }

  async #run(): Promise<void> {
    // One turn of the event loop: requests that are parsed in the same turn share the first flush.
    await new Promise((resolve) => setImmediate(resolve));
    let tell: (() => void) | undefined;
    while (tell !== undefined || this.#queue.length > 0) {
      // The next flush leaves before those of the last one hear of theirs: the database works while they go on.
      const next = this.#queue.length > 0 ? this.#commit(this.#takeBatch()) : undefined;
      tell?.();
      tell = await next;
    }
    this.#active = undefined;
  }

  #takeBatch(): Waiting<Item, Result>[] {
    let bytes = 0;
    let rows = 0;
    for (const { item } of this.#queue) {
      bytes += this.#options.bytesOf(item);
      if (rows > 0 && (rows >= this.#options.rowsMax || bytes > this.#options.bytesMax)) break;
      rows++;
    }
    return this.#queue.splice(0, rows);
  }

  /** Resolves, and never rejects, with what tells those who wait for it what became of it. */
  async #commit(batch: Waiting<Item, Result>[]): Promise<() => void> {
    try {
      const results = await this.#options.flush(batch.map(({ item }) => item));
      return () => {
        for (const [index, waiting] of batch.entries()) waiting.resolve(results[index]!);
      };
    } catch (error) {
      if (batch.length === 1 || !this.#options.isItemFault(error)) {
        return () => {
          for (const waiting of batch) waiting.reject(error);
        };
      }
      const half = batch.length >> 1;
      const tellFirst = await this.#commit(batch.slice(0, half));
      const tellSecond = await this.#commit(batch.slice(half));
      return () => {
        tellFirst();
        tellSecond();
      };
    }
  }
}
