import { randomUUID } from "node:crypto";

/** A UUIDv7 (RFC 9562): milliseconds first, so that ids sort by time and ledger tables are partitioned by them. */
export function newUuid(nowMs: number = Date.now()): string {
  const time = nowMs.toString(16).padStart(12, "0");
  // The random half, variant bits included, is a version 4 UUID's.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
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
