// `fatal`: bytes that are not UTF-8 must not turn silently into replacement characters. Both take a BOM off.
const strict = new TextDecoder("utf-8", { fatal: true });
const lenient = new TextDecoder();

/** Raised when a schema asks for JSON and the body is none. */
export class BodyNotJson extends SyntaxError {
  override readonly name = "BodyNotJson";
}

/** Reads a body by its content type. Broken JSON is bytes, unless a schema wants JSON. */
export function decodeBody(
  contentType: string | undefined,
  raw: Uint8Array,
  { jsonWanted = false }: { jsonWanted?: boolean } = {},
): unknown {
  if (raw.byteLength === 0) return undefined;
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type === "application/x-www-form-urlencoded") return decodeForm(raw);
  if (jsonWanted || type === "application/json" || type.endsWith("+json")) return decodeJson(raw, jsonWanted);
  if (type.startsWith("text/")) return decodeText(raw);
  return raw;
}

function decodeJson(raw: Uint8Array, isWanted: boolean): unknown {
  try {
    return JSON.parse(strict.decode(raw));
  } catch (error) {
    if (!isWanted) return raw;
    throw new BodyNotJson(`The body is not JSON: ${(error as Error).message}`);
  }
}

/** Field by field into what it stays in: a copy of a million fields is half a process's memory. */
function decodeForm(raw: Uint8Array): Record<string, string> {
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(decodeText(raw))) fields[name] = value;
  return fields;
}

function decodeText(raw: Uint8Array): string {
  return lenient.decode(raw);
}
