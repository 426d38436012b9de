const UUID_BYTES = 16;

/** The sixteen bytes of a UUID. */
export function uuidToBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll("-", ""), "hex");
}

/** The UUID that stands at `offset`, as it is written. */
export function uuidFromBytes(bytes: Buffer, offset = 0): string {
  const hex = bytes.toString("hex", offset, offset + UUID_BYTES);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
