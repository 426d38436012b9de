import { STREAM_WINDOW_BYTES } from "@floww/contract/frames";

/** How much of a stream is under way to its reader: `room` waits until there may be more. */
export class StreamWindow {
  #underWay = 0;
  #isOpen = false;
  #wake: (() => void) | undefined;

  sent(bytes: number): void {
    this.#underWay += bytes;
  }

  taken(bytes: number): void {
    this.#underWay -= bytes;
    this.#wake?.();
  }

  /** Nobody counts any more: whoever waits goes on, and finds out by itself that the run is over. */
  open(): void {
    this.#isOpen = true;
    this.#wake?.();
  }

  async room(): Promise<void> {
    while (this.#underWay >= STREAM_WINDOW_BYTES && !this.#isOpen) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
