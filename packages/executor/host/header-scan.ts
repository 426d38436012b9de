import { FlowwError } from "@floww/contract/errors";
import { FRAME_PREFIX_BYTES } from "@floww/contract/frames";

const LENGTH_BYTES = 4;
/** Shorter headers can do no harm, whatever they hold. */
const SCANNED_FROM_BYTES = 64 * 1024;
/** More than what JSON.stringify writes before it gives up, and than the largest value of a journal can hold. */
const DEPTH_MAX = 10_000;
const CONTAINERS_MAX = 1_000_000;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * Looks through the headers of a stream of frames before they are parsed: a header of 24 MB that is all brackets would
 * take a hundred times as much of its reader's memory. Follows the same lengths as the decoder, which checks them.
 */
export class HeaderScan {
  #prefix = Buffer.alloc(0);
  #headerLeft = 0;
  #bodyLeft = 0;
  #depth = 0;
  #containers = 0;
  #isInString = false;
  #isEscaped = false;

  /** @throws FlowwError FRAME_INVALID */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#headerLeft > 0) at += this.#scan(chunk.subarray(at, at + this.#headerLeft));
      else if (this.#bodyLeft > 0) at += this.#skip(chunk.length - at);
      else at += this.#begin(chunk.subarray(at));
    }
  }

  #begin(rest: Buffer): number {
    const before = this.#prefix.length;
    const prefix = before === 0 ? rest : Buffer.concat([this.#prefix, rest.subarray(0, FRAME_PREFIX_BYTES)]);
    if (prefix.length < FRAME_PREFIX_BYTES) {
      this.#prefix = Buffer.from(prefix);
      return rest.length;
    }
    this.#prefix = Buffer.alloc(0);
    const headerBytes = prefix.readUInt32BE(FRAME_PREFIX_BYTES - LENGTH_BYTES);
    const left = prefix.readUInt32BE(0) + LENGTH_BYTES - FRAME_PREFIX_BYTES;
    this.#headerLeft = headerBytes < SCANNED_FROM_BYTES ? 0 : Math.min(headerBytes, left);
    this.#bodyLeft = Math.max(0, left - this.#headerLeft);
    [this.#depth, this.#containers, this.#isInString, this.#isEscaped] = [0, 0, false, false];
    return FRAME_PREFIX_BYTES - before;
  }

  #skip(bytes: number): number {
    const skipped = Math.min(bytes, this.#bodyLeft);
    this.#bodyLeft -= skipped;
    return skipped;
  }

  #scan(bytes: Buffer): number {
    for (const byte of bytes) {
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#isInString = false;
      } else if (byte === QUOTE) this.#isInString = true;
      else if (OPENING.has(byte)) this.#open();
      else if (CLOSING.has(byte)) this.#depth -= 1;
    }
    this.#headerLeft -= bytes.length;
    return bytes.length;
  }

  #open(): void {
    this.#depth += 1;
    this.#containers += 1;
    if (this.#depth <= DEPTH_MAX && this.#containers <= CONTAINERS_MAX) return;
    throw new FlowwError("FRAME_INVALID", "A frame's header holds more than anybody would say.");
  }
}
