/**
 * PostgreSQL arrays in the binary wire format (src/backend/utils/adt/arrayfuncs.c, array_send), written by hand:
 * a flush of hundreds of rows then costs the database a fraction of what text arrays or jsonb cost it, and what
 * callers sent stays bytes that PostgreSQL never parses.
 */
export type ArrayType = "uuid" | "bytea" | "text" | "int2" | "int4" | "timestamptz";

export type ArrayValue = string | Uint8Array | number | Date | null;

const OIDS: Record<ArrayType, number> = {
  uuid: 2950,
  bytea: 17,
  text: 25,
  int2: 21,
  int4: 23,
  timestamptz: 1184,
};
const HEADER_BYTES = 20;
/** Milliseconds from 1970 to 2000, where PostgreSQL's timestamps begin. */
const POSTGRES_EPOCH_MS = 946_684_800_000;

export function encodeArray(type: ArrayType, values: readonly ArrayValue[]): Buffer {
  let bytes = HEADER_BYTES + 4 * values.length;
  let hasNull = 0;
  for (const value of values) {
    if (value === null) hasNull = 1;
    else bytes += bytesOf(type, value);
  }
  const out = Buffer.allocUnsafe(bytes);
  out.writeInt32BE(1, 0); // dimensions
  out.writeInt32BE(hasNull, 4);
  out.writeInt32BE(OIDS[type], 8);
  out.writeInt32BE(values.length, 12);
  out.writeInt32BE(1, 16); // lower bound
  let at = HEADER_BYTES;
  for (const value of values) {
    if (value === null) {
      at = out.writeInt32BE(-1, at);
      continue;
    }
    const length = writeValue(type, value, out, at + 4);
    out.writeInt32BE(length, at);
    at += 4 + length;
  }
  return out;
}

const FIXED_BYTES = { uuid: 16, int2: 2, int4: 4, timestamptz: 8 };

function bytesOf(type: ArrayType, value: NonNullable<ArrayValue>): number {
  if (type === "bytea") return (value as Uint8Array).byteLength;
  return type === "text" ? Buffer.byteLength(value as string) : FIXED_BYTES[type];
}

/** Straight into the array: a buffer of its own for each value would be most of what a flush costs this process. */
function writeValue(type: ArrayType, value: NonNullable<ArrayValue>, out: Buffer, at: number): number {
  switch (type) {
    case "uuid":
      return writeUuid(value as string, out, at);
    case "bytea":
      out.set(value as Uint8Array, at);
      return (value as Uint8Array).byteLength;
    case "text":
      return out.write(value as string, at);
    case "int2":
      return out.writeInt16BE(value as number, at) - at;
    case "int4":
      return out.writeInt32BE(value as number, at) - at;
    case "timestamptz": {
      const microseconds = BigInt((value as Date).getTime() - POSTGRES_EPOCH_MS) * 1000n;
      return out.writeBigInt64BE(microseconds, at) - at;
    }
  }
}

const UUID_CHARACTERS = 36;
/** By character code; what is no hexadecimal digit is undefined. */
const DIGITS: number[] = [];
for (const [value, digit] of [..."0123456789abcdef"].entries()) {
  DIGITS[digit.charCodeAt(0)] = value;
  DIGITS[digit.toUpperCase().charCodeAt(0)] = value;
}
const DASH = "-".charCodeAt(0);

/** @throws RangeError for what is no UUID: it would shift what follows it */
function writeUuid(text: string, out: Buffer, at: number): number {
  let end = at;
  for (let index = 0; index < text.length; index += 2) {
    if (text.charCodeAt(index) === DASH) index++;
    const [high, low] = [DIGITS[text.charCodeAt(index)], DIGITS[text.charCodeAt(index + 1)]];
    if (high === undefined || low === undefined) throw new RangeError(`"${text}" is no UUID`);
    out[end++] = (high << 4) | low;
  }
  if (end - at !== FIXED_BYTES.uuid || text.length !== UUID_CHARACTERS)
    throw new RangeError(`"${text}" is no UUID`);
  return FIXED_BYTES.uuid;
}
