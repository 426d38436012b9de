import { randomFillSync } from "node:crypto";

const CHARACTERS = 36;
const RANDOM_BYTES = 10;
/** Random bytes for many ids at once: each draw on its own would cost more than all the rest. */
const pool = Buffer.alloc(RANDOM_BYTES * 512);
let taken = pool.byteLength;
const text = Buffer.from("00000000-0000-7000-8000-000000000000", "latin1");
const DIGITS = Buffer.from("0123456789abcdef", "latin1");

/** A UUIDv7 (RFC 9562): milliseconds first, so that ids sort by time and ledger tables are partitioned by them. */
export function newUuid(nowMs: number = Date.now()): string {
  if (taken === pool.byteLength) {
    randomFillSync(pool);
    taken = 0;
  }
  // Written as bytes: a text put together from pieces leaves a dozen of them behind, for each of several ids a request.
  writeHex(0, Math.floor(nowMs / 0x10000), 8);
  writeHex(9, nowMs % 0x10000, 4);
  writeHex(15, ((pool[taken]! << 8) | pool[taken + 1]!) & 0xfff, 3);
  writeHex(19, (((pool[taken + 2]! << 8) | pool[taken + 3]!) & 0x3fff) | 0x8000, 4);
  writeHex(24, pool.readUIntBE(taken + 4, 3), 6);
  writeHex(30, pool.readUIntBE(taken + 7, 3), 6);
  taken += RANDOM_BYTES;
  return text.toString("latin1", 0, CHARACTERS);
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
