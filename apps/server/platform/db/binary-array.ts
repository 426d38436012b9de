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
  const encoded = values.map((value) => (value === null ? null : encodeValue(type, value)));
  let bytes = HEADER_BYTES;
  let hasNull = 0;
  for (const value of encoded) {
    bytes += 4 + (value?.byteLength ?? 0);
    if (value === null) hasNull = 1;
  }
  const out = Buffer.allocUnsafe(bytes);
  out.writeInt32BE(1, 0); // dimensions
  out.writeInt32BE(hasNull, 4);
  out.writeInt32BE(OIDS[type], 8);
  out.writeInt32BE(values.length, 12);
  out.writeInt32BE(1, 16); // lower bound
  let at = HEADER_BYTES;
  for (const value of encoded) {
    at = out.writeInt32BE(value === null ? -1 : value.byteLength, at);
    if (value !== null) {
      out.set(value, at);
      at += value.byteLength;
    }
  }
  return out;
}

function encodeValue(type: ArrayType, value: string | Uint8Array | number | Date): Uint8Array {
  switch (type) {
    case "uuid":
      return Buffer.from((value as string).replaceAll("-", ""), "hex");
    case "bytea":
      return value as Uint8Array;
    case "text":
      return Buffer.from(value as string);
    case "int2":
      return numberBuffer(2, (buffer) => buffer.writeInt16BE(value as number));
    case "int4":
      return numberBuffer(4, (buffer) => buffer.writeInt32BE(value as number));
    case "timestamptz":
      return numberBuffer(8, (buffer) =>
        buffer.writeBigInt64BE(BigInt((value as Date).getTime() - POSTGRES_EPOCH_MS) * 1000n),
      );
  }
}

function numberBuffer(bytes: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.allocUnsafe(bytes);
  write(buffer);
  return buffer;
}
