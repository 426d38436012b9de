import type { Readable } from "node:stream";

const TAIL_BYTES = 4_096;

/** The end of what a process wrote, however much that is: its last words, for the one who has to explain its death. */
export class OutputTail {
  #bytes = Buffer.alloc(0);

  constructor(...outputs: (Readable | null)[]) {
    for (const output of outputs) output?.on("data", (chunk: Buffer) => this.#add(chunk));
  }

  get text(): string {
    return this.#bytes.toString("utf8").trim();
  }

  #add(chunk: Buffer): void {
    // Copied, so that the tail does not hold on to the whole chunk.
    this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    if (this.#bytes.byteLength === TAIL_BYTES) this.#bytes = Buffer.from(this.#bytes);
  }
}
