import { limits } from "@floww/contract/limits";

/** A line is a row wherever it is kept, so that even an empty one is not free. */
const LINE_BYTES = 128;
/** The end of a log that is too long to be kept: its last lines say most about how a run ended. */
export const LOG_TAIL_BYTES = 32 * 1024;
/** What its process wrote last is said by whoever watched it end. */
const LAST_WORDS_BYTES = 16 * 1024;
/** What a run may say before lines are left out. */
export const LOG_HEAD_BYTES = limits.logBytesPerRunMax - LOG_TAIL_BYTES - LAST_WORDS_BYTES;

/** What a line takes of `logBytesPerRunMax`. */
export function logCost(text: Uint8Array): number {
  return text.byteLength + LINE_BYTES;
}
