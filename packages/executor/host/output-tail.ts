import type { ChildProcess } from "node:child_process";

const TAIL_BYTES = 4_096;
/** What a process may write at once, and from then on a second: past it, it waits at its own full pipe. */
const BURST_BYTES = 1024 * 1024;
const BYTES_PER_SECOND = 1024 * 1024;
const REFILL_EVERY_MS = 50;

/**
 * The end of what a process wrote, however much that is: its last words, for the one who has to explain its death. It is
 * read no faster than the memory that the reading takes is given back.
 */
export class OutputTail {
  readonly #outputs: NonNullable<ChildProcess["stdout"]>[];
  readonly #tail = Buffer.alloc(TAIL_BYTES);
  #written = 0;
  #allowance = BURST_BYTES;
  #refilledAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(child: ChildProcess) {
    this.#outputs = [child.stdout, child.stderr].filter((output) => output !== null && output !== undefined);
    for (const output of this.#outputs) output.on("data", (chunk: Buffer) => this.#add(chunk));
    // What is left in the pipes now is all there will be, and a stream that nobody reads would never close.
    child.once("exit", () => this.#finish());
  }

  /** How much was written so far. */
  get written(): number {
    return this.#written;
  }

  get text(): string {
    return this.#last(this.#written).toString("utf8").trim();
  }

  /** The whole lines that were written after so many bytes, as far as they are kept. */
  since(written: number): string {
    const bytes = this.#written - written;
    const text = this.#last(bytes).toString("utf8").trim();
    // Half a line is the half of who knows what: nothing that has to be hidden in it would be found.
    return bytes <= TAIL_BYTES ? text : text.slice(text.indexOf("\n") + 1 || text.length);
  }

  #last(bytes: number): Buffer {
    return this.#tail.subarray(TAIL_BYTES - Math.min(bytes, TAIL_BYTES));
  }

  /** Copied: a tail of its own does not hold on to the whole chunk, and makes no garbage. */
  #add(chunk: Buffer): void {
    const end = chunk.subarray(-TAIL_BYTES);
    this.#tail.copyWithin(0, end.byteLength);
    this.#tail.set(end, TAIL_BYTES - end.byteLength);
    this.#written += chunk.byteLength;
    this.#allowance -= chunk.byteLength;
    if (this.#allowance < 0 && !this.#isOver && this.#refill() < 0) this.#wait();
  }

  #refill(): number {
    const now = performance.now();
    const refill = ((now - this.#refilledAt) / 1_000) * BYTES_PER_SECOND;
    this.#refilledAt = now;
    this.#allowance = Math.min(BURST_BYTES, this.#allowance + refill);
    return this.#allowance;
  }

  #wait(): void {
    for (const output of this.#outputs) output.pause();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#refill() < 0) this.#wait();
      else for (const output of this.#outputs) output.resume();
    }, REFILL_EVERY_MS).unref();
  }

  #finish(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    for (const output of this.#outputs) output.resume();
  }
}
