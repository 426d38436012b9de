import { FlowwError } from "../errors/errors.ts";
import { limits } from "../limits.ts";

/** The rules of KV stores that the server and the test kit's fake must hold alike. */

const encoder = new TextEncoder();

/** @throws FlowwError KEY_INVALID */
export function checkKvName(what: "store" | "table", name: string): void {
  checkText(what, name, limits.kvNameBytesMax);
}

/** @throws FlowwError KEY_INVALID */
export function checkKvKey(key: string): void {
  checkText("key", key, limits.kvKeyBytesMax);
}

function checkText(what: string, text: string, bytesMax: number): void {
  // PostgreSQL's text holds neither; and what cannot be stored as it is must not be stored as something else.
  const isSound = text !== "" && !text.includes("\u0000") && text.isWellFormed();
  if (isSound && encoder.encode(text).byteLength <= bytesMax) return;
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  throw new FlowwError(
    "KEY_INVALID",
    `${shown} cannot be a ${what}: 1 to ${bytesMax} bytes of text are taken.`,
  );
}

/** @throws FlowwError VALUE_TOO_LARGE */
export function checkKvValue(value: string): void {
  const bytes = encoder.encode(value).byteLength;
  if (bytes <= limits.kvValueBytesMax) return;
  throw new FlowwError(
    "VALUE_TOO_LARGE",
    `The value has ${bytes} bytes; ${limits.kvValueBytesMax} is the most for one item.`,
  );
}

/** Adds to a stored value; one that is absent counts as 0. @throws FlowwError VALUE_NOT_NUMBER */
export function incrementKvValue(stored: string | undefined, by: number): number {
  const number = stored === undefined ? 0 : parseNumber(stored);
  const sum = number === undefined ? Number.NaN : number + by;
  if (Number.isFinite(sum)) return sum;
  throw new FlowwError("VALUE_NOT_NUMBER");
}

function parseNumber(stored: string): number | undefined {
  try {
    const value: unknown = JSON.parse(stored);
    return typeof value === "number" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The first text after all texts that begin with `prefix`; undefined when there is none. */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0)!);
  while (points.length > 0) {
    const last = points.pop()!;
    if (last === 0x10ffff) continue;
    // The surrogates' range is no text.
    points.push(last === 0xd7ff ? 0xe000 : last + 1);
    return String.fromCodePoint(...points);
  }
  return undefined;
}
