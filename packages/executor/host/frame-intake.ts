import type { Duplex } from "node:stream";

/** Frames that a process may have dealt with at once, and from then on a second. A large one counts as several. */
const BURST = 2_000;
const PER_SECOND = 10_000;
const BYTES_PER_FRAME = 64 * 1024;
const REFILL_EVERY_MS = 20;
/** What is kept for a process that does not read: past it, it is not heard either. */
const UNREAD_BYTES_MAX = 256 * 1024;

/**
 * How fast a process is listened to. User code can write to its pipe what it likes: more than its driver can deal with,
 * or calls whose replies it never reads. It is then not read from, until it has its turn again or has read.
 */
export class FrameIntake {
  readonly #frames: Duplex;
  #allowance = BURST;
  #refilledAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #hasUnread = false;

  constructor(frames: Duplex) {
    this.#frames = frames;
    frames.on("drain", () => {
      this.#hasUnread = false;
      this.#goOn();
    });
    frames.once("close", () => clearTimeout(this.#timer));
  }

  /** A frame was dealt with that nothing else keeps in bounds. */
  spent(bytes: number): void {
    this.#allowance -= 1 + bytes / BYTES_PER_FRAME;
    if (this.#allowance < 0 && this.#timer === undefined && this.#refill() < 0) this.#wait();
  }

  /** Something was written to the process. */
  sent(): void {
    if (this.#frames.writableLength <= UNREAD_BYTES_MAX) return;
    this.#hasUnread = true;
    this.#frames.pause();
  }

  #refill(): number {
    const now = performance.now();
    const refill = ((now - this.#refilledAt) / 1_000) * PER_SECOND;
    this.#refilledAt = now;
    this.#allowance = Math.min(BURST, this.#allowance + refill);
    return this.#allowance;
  }

  #wait(): void {
    this.#frames.pause();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#refill() < 0) this.#wait();
      else this.#goOn();
    }, REFILL_EVERY_MS);
  }

  #goOn(): void {
    if (!this.#hasUnread && this.#timer === undefined) this.#frames.resume();
  }
}
