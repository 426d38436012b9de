export interface TarMember {
  /** Relative, with `/`; a folder's ends with one. */
  path: string;
  bytes: number;
  isExecutable: boolean;
  /** Of a symbolic link: what it says. */
  target?: string;
}

export const TAR_BLOCK_BYTES = 512;
const NAME_BYTES_MAX = 100;

/**
 * The header of one member. Owner, time and mode say nothing of the machine it was made on: a layer is named by the hash
 * of these bytes, so that they are written here and do not change with a library's next version.
 */
export function tarHeader({ path, bytes, isExecutable, target = "" }: TarMember): Buffer {
  const isFolder = path.endsWith("/");
  const type = isFolder ? "5" : target === "" ? "0" : "2";
  const records = [paxRecord("path", path), paxRecord("linkpath", target)].join("");
  const plain = ustarHeader({
    path,
    bytes,
    mode: isFolder || isExecutable || type === "2" ? 0o755 : 0o644,
    type,
    target,
  });
  if (records === "") return plain;
  const body = Buffer.from(records);
  const pax = ustarHeader({
    path: "pax",
    bytes: body.byteLength,
    mode: 0o644,
    type: "x",
    target: "",
  });
  return Buffer.concat([pax, body, Buffer.alloc(tarPadding(body.byteLength)), plain]);
}

/** Zeros that follow a member of that size. */
export function tarPadding(bytes: number): number {
  return (TAR_BLOCK_BYTES - (bytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES;
}

/** Empty where the plain header holds the value. The length at its beginning counts itself. */
function paxRecord(key: string, value: string): string {
  const bytes = Buffer.byteLength(value);
  if (bytes <= NAME_BYTES_MAX && bytes === value.length) return "";
  const rest = ` ${key}=${value}\n`;
  const restBytes = Buffer.byteLength(rest);
  let length = restBytes;
  while (length !== restBytes + String(length).length) length = restBytes + String(length).length;
  return `${length}${rest}`;
}

interface Fields {
  path: string;
  bytes: number;
  mode: number;
  type: string;
  target: string;
}

function ustarHeader({ path, bytes, mode, type, target }: Fields): Buffer {
  const header = Buffer.alloc(TAR_BLOCK_BYTES);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  header.write(octal(mode, 7), 100, "latin1");
  header.write(octal(0, 7), 108, "latin1");
  header.write(octal(0, 7), 116, "latin1");
  header.write(octal(bytes, 11), 124, "latin1");
  header.write(octal(0, 11), 136, "latin1");
  header.write(" ".repeat(8), 148, "latin1");
  header.write(type, 156, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  Buffer.from(path).copy(header, 0, 0, NAME_BYTES_MAX);
  Buffer.from(target).copy(header, 157, 0, NAME_BYTES_MAX);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}
