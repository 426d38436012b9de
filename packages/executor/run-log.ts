import type { LogLevel } from "@floww/contract/abi";
import type { LogHeader } from "@floww/contract/frames";
import { limits } from "@floww/contract/limits";
import { LOG_HEAD_BYTES, LOG_TAIL_BYTES, logCost } from "./log-cost.ts";

type Send = (header: LogHeader, body: Uint8Array) => void;

interface Line {
  header: LogHeader;
  body: Uint8Array;
}

const LINES_BETWEEN_CUTS = 1_000;

/** One run's lines: its first ones go out as they come; of what is more than a log may hold the last ones, when it ends. */
export class RunLog {
  readonly #send: Send;
  #sent = 0;
  #tail: Line[] = [];
  /** Where the tail begins in its list: to take from the front of a long one would take long. */
  #first = 0;
  #tailBytes = 0;
  #leftOut = 0;

  constructor(send: Send) {
    this.#send = send;
  }

  add(level: LogLevel, text: string): void {
    const line = text.length > limits.logLineBytesMax ? text.slice(0, limits.logLineBytesMax) : text;
    const body = Buffer.from(line).subarray(0, limits.logLineBytesMax);
    const isTruncated = line.length < text.length;
    const header: LogHeader = { level, at: Date.now(), ...(isTruncated ? { truncated: true } : {}) };
    const cost = logCost(body);
    if (this.#tail.length === 0 && this.#sent + cost <= LOG_HEAD_BYTES) {
      this.#sent += cost;
      this.#send(header, body);
    } else this.#keep({ header, body: body.subarray(0, LOG_TAIL_BYTES / 2) });
  }

  /** The run is over, or its process. */
  sayRest(): void {
    const kept = this.#tail.slice(this.#first);
    if (this.#leftOut > 0) {
      const text = `… ${this.#leftOut} lines were left out here: a log holds ${limits.logBytesPerRunMax} bytes.`;
      this.#send({ level: "warn", at: kept[0]!.header.at, truncated: true }, Buffer.from(text));
    }
    for (const { header, body } of kept) this.#send(header, body);
    [this.#tail, this.#first, this.#tailBytes, this.#leftOut] = [[], 0, 0, 0];
  }

  #keep(line: Line): void {
    this.#tail.push(line);
    this.#tailBytes += logCost(line.body);
    for (; this.#tailBytes > LOG_TAIL_BYTES; this.#first++) {
      this.#tailBytes -= logCost(this.#tail[this.#first]!.body);
      this.#leftOut += 1;
    }
    if (this.#first < LINES_BETWEEN_CUTS) return;
    this.#tail = this.#tail.slice(this.#first);
    this.#first = 0;
  }
}
