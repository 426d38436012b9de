import { FlowwError } from "../errors/errors.ts";

/** More than what JSON.stringify writes before it gives up, and than the largest value of a journal can hold. */
const DEPTH_MAX = 10_000;
const CONTAINERS_MAX = 1_000_000;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [ARRAY, OBJECT, ARRAY_END, OBJECT_END] = [0x5b, 0x7b, 0x5d, 0x7d];

/**
 * Looks through a large header before it is parsed: one of 24 MB that is all brackets would take a hundred times as much
 * of its reader's memory. `pieces` are the header, cut anywhere.
 *
 * @throws FlowwError FRAME_INVALID
 */
export function assertSoundHeader(pieces: Iterable<Uint8Array>): void {
  let depth = 0;
  let containers = 0;
  let isInString = false;
  let isEscaped = false;
  for (const piece of pieces) {
    for (let at = 0; at < piece.byteLength; at++) {
      const byte = piece[at];
      if (isEscaped) isEscaped = false;
      else if (isInString) {
        if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isInString = false;
      } else if (byte === QUOTE) isInString = true;
      else if (byte === ARRAY || byte === OBJECT) {
        depth++;
        containers++;
        if (depth > DEPTH_MAX || containers > CONTAINERS_MAX)
          throw new FlowwError("FRAME_INVALID", "A frame's header holds more than anybody would say.");
      } else if (byte === ARRAY_END || byte === OBJECT_END) depth--;
    }
  }
}
