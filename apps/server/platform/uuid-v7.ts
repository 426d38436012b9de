import { randomFillSync } from "node:crypto";

const CHARACTERS = 36;
/** Where a millisecond's counter begins, and what is random in each id. */
const SEED_BYTES = 4;
const RANDOM_BYTES = SEED_BYTES + 6;
/** Random bytes for many ids at once: each draw on its own would cost more than all the rest. */
const pool = Buffer.alloc(RANDOM_BYTES * 512);
let taken = pool.byteLength;
const text = Buffer.from("00000000-0000-7000-8000-000000000000", "latin1");
const DIGITS = Buffer.from("0123456789abcdef", "latin1");

/**
 * A UUIDv7 (RFC 9562): milliseconds first, so that ids sort by time and ledger tables are partitioned by them. Of one
 * millisecond they sort as they were made (section 6.2, method 1: a counter of 26 bits before 48 random ones).
 */
export function newUuid(atMs: number = readClock()): string {
  if (taken === pool.byteLength) {
    randomFillSync(pool);
    taken = 0;
  }
  const counter = countWithin(atMs);
  // Written as bytes: a text put together from pieces leaves a dozen of them behind, for each of several ids a request.
  writeHex(0, Math.floor(atMs / 0x10000), 8);
  writeHex(9, atMs % 0x10000, 4);
  writeHex(15, counter >>> 14, 3);
  writeHex(19, (counter & 0x3fff) | 0x8000, 4);
  writeHex(24, pool.readUIntBE(taken + SEED_BYTES, 3), 6);
  writeHex(30, pool.readUIntBE(taken + SEED_BYTES + 3, 3), 6);
  taken += RANDOM_BYTES;
  return text.toString("latin1", 0, CHARACTERS);
}

/** A clock that is set back by less is waited for: ids keep its last instant, and their order. By more, the new time is the truth. */
const SET_BACK_MS_MAX = 1_000;
let newestMs = 0;

function readClock(): number {
  const nowMs = Date.now();
  if (nowMs > newestMs || newestMs - nowMs > SET_BACK_MS_MAX) newestMs = nowMs;
  return newestMs;
}

const COUNTER_MAX = 2 ** 26 - 1;
/**
 * Ids are made of instants a little ago too, among those of now. Each millisecond begins anew, at random: who sees two ids
 * learns nothing of how many others were made between.
 */
const RECENT_MS = 256;
const recentMs = new Float64Array(RECENT_MS).fill(-1);
const counters = new Uint32Array(RECENT_MS);

/** Begins in the lower half, so that 33 million of one millisecond come in order; those beyond are unique, and in none. */
function countWithin(atMs: number): number {
  const slot = atMs % RECENT_MS;
  const isBegun = recentMs[slot] === atMs;
  const counter = isBegun ? Math.min(counters[slot]! + 1, COUNTER_MAX) : pool.readUInt32BE(taken) >>> 7;
  recentMs[slot] = atMs;
  counters[slot] = counter;
  return counter;
}

function writeHex(at: number, value: number, digits: number): void {
  let rest = value;
  for (let end = at + digits - 1; end >= at; end--) {
    text[end] = DIGITS[rest & 15]!;
    rest >>>= 4;
  }
}

/** The smallest UUIDv7 of an instant: a bound for ranges. */
export function uuidFloor(instantMs: number): string {
  const time = instantMs.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

/** The instant inside a UUIDv7, in milliseconds. */
export function uuidInstantMs(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
}
