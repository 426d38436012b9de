export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
}

const PER_LINE = 16;

/** `00000010  47 45 54 20 …  GET `: sixteen bytes a line, with what of them can be printed. */
export function hexLines(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.byteLength; at += PER_LINE) {
    const line = [...bytes.subarray(at, at + PER_LINE)];
    const pairs = line.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const shown = line
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·"))
      .join("");
    lines.push(`${at.toString(16).padStart(8, "0")}  ${pairs.padEnd(PER_LINE * 3 - 1)}  ${shown}`);
  }
  return lines;
}
