import { writeSync } from "node:fs";
import { setTimeout } from "node:timers";

// Kept, like the timer: user code may put its own in its place.
const nextTurn = queueMicrotask;
const WRITTEN = new Uint8Array(0);
const RETRY_MS = 1;
/** How long a dying process tries to get its last words out to a driver that is slow to read. */
const LAST_WORDS_MS_MAX = 500;

/**
 * Writes frames to a non-blocking descriptor, in order and whole. It owns its queue instead of leaving it to a Socket:
 * only so can a process that is about to end push out what waits, and its last frame behind it, before it is gone.
 */
export class FrameWriter {
  readonly #descriptor: () => number;
  readonly #onBroken: () => void;
  #queue: Uint8Array[] = [];
  /** The first that waits: to take from the front of a long list would take long. */
  #first = 0;
  #soon: Uint8Array[] = [];
  #timer: NodeJS.Timeout | undefined;
  #waiting: (() => void)[] = [];
  #isBroken = false;

  /** `descriptor` is asked for at each write: of a connection that is gone, the number may be another file's. */
  constructor(descriptor: () => number, onBroken: () => void) {
    this.#descriptor = descriptor;
    this.#onBroken = onBroken;
  }

  write(frame: Uint8Array): void {
    this.#takeSoon();
    this.#queue.push(frame);
    if (this.#timer === undefined) this.#flush();
  }

  /** Goes out with what else is written in this turn, in one piece. */
  writeSoon(frame: Uint8Array): void {
    if (this.#soon.push(frame) > 1) return;
    nextTurn(() => {
      this.#takeSoon();
      if (this.#timer === undefined) this.#flush();
    });
  }

  /** Calls back once all that was written so far is out, never before it returns. */
  onceOut(callback: () => void): void {
    if (this.#queue.length === 0) nextTurn(callback);
    else this.#waiting.push(callback);
  }

  /** Blocks until everything is out or the time is up. */
  writeLast(frame: Uint8Array): void {
    this.#takeSoon();
    this.#queue.push(frame);
    const until = performance.now() + LAST_WORDS_MS_MAX;
    while (!this.#writeWhatFits() && performance.now() < until) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }

  #takeSoon(): void {
    if (this.#soon.length === 0) return;
    this.#queue.push(this.#soon.length === 1 ? this.#soon[0]! : Buffer.concat(this.#soon));
    this.#soon = [];
  }

  #flush(): void {
    this.#timer = undefined;
    // The other side is slow: a full pipe says nothing when there is room again, so ask.
    if (!this.#writeWhatFits()) this.#timer = setTimeout(() => this.#flush(), RETRY_MS);
  }

  /** True when nothing is left. */
  #writeWhatFits(): boolean {
    for (let frame = this.#queue[this.#first]; frame !== undefined; frame = this.#queue[this.#first]) {
      const written = this.#writeSome(frame);
      if (written === frame.byteLength) {
        this.#queue[this.#first++] = WRITTEN;
      } else {
        this.#queue[this.#first] = frame.subarray(written);
        if (written === 0) return false;
      }
    }
    this.#queue = [];
    this.#first = 0;
    if (this.#waiting.length > 0) for (const callback of this.#waiting.splice(0)) nextTurn(callback);
    return true;
  }

  #writeSome(bytes: Uint8Array): number {
    try {
      return writeSync(this.#descriptor(), bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
      if (!this.#isBroken) this.#onBroken();
      this.#isBroken = true;
      // Nobody reads it: as good as written.
      return bytes.byteLength;
    }
  }
}
