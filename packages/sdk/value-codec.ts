import { FlowwError } from "@floww/contract/errors";

/**
 * Values as text, and back as they were: what JSON holds stays plain JSON; Date, Map, Set, BigInt, bytes, undefined,
 * NaN, the infinities and -0 travel as `{"$floww": [type, content]}`. Anything else is refused, never changed quietly.
 */
const TAG = "$floww";
/** Far more than anybody writes by hand; what is deeper comes out of generated JSON, and would end the stack of who reads it. */
const DEPTH_MAX = 200;

type Encoded = null | boolean | number | string | Encoded[] | { [key: string]: Encoded };

/** @throws FlowwError VALUE_INVALID that names the place */
export function encodeValue(value: unknown): string {
  return JSON.stringify(encode(value, { path: "value", parents: [] }));
}

export function decodeValue(text: string): unknown {
  return decode(JSON.parse(text) as Encoded);
}

interface Place {
  path: string;
  /** What the value lies in: one that is met again is a cycle. */
  parents: readonly object[];
}

function encode(value: unknown, place: Place): Encoded {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0) ? value : tagged("number", nameOf(value));
    case "undefined":
      return tagged("undefined", null);
    case "bigint":
      return tagged("bigint", String(value));
    case "object":
      return value === null ? null : encodeObject(value, place);
    default:
      throw invalid(place.path, `a ${typeof value}`);
  }
}

function encodeObject(value: object, { path, parents }: Place): Encoded {
  if (parents.includes(value)) throw invalid(path, "a cycle");
  if (parents.length === DEPTH_MAX) throw invalid("value", `nested more than ${DEPTH_MAX} levels deep`);
  const within = [...parents, value];
  const inside = (step: string): Place => ({ path: `${path}${step}`, parents: within });
  // Array.from: a hole is undefined, as it is when read.
  if (Array.isArray(value)) return Array.from(value, (item, index) => encode(item, inside(`[${index}]`)));
  if (value instanceof Date)
    return tagged("Date", Number.isNaN(value.getTime()) ? null : value.toISOString());
  if (value instanceof Uint8Array) return tagged("bytes", Buffer.from(value).toString("base64"));
  if (value instanceof Map) {
    const entries = [...value].map((entry, index) => encode(entry, inside(`[${index}]`)));
    return tagged("Map", entries);
  }
  if (value instanceof Set)
    return tagged(
      "Set",
      [...value].map((item, index) => encode(item, inside(`[${index}]`))),
    );
  return encodePlain(value, path, inside);
}

function encodePlain(value: object, path: string, inside: (step: string) => Place): Encoded {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw invalid(path, `a ${value.constructor?.name ?? "class instance"}`);
  const encoded: { [key: string]: Encoded } = Object.create(null);
  for (const [key, item] of Object.entries(value)) encoded[key] = encode(item, inside(`.${key}`));
  return TAG in encoded ? tagged("object", encoded) : encoded;
}

function tagged(type: string, content: Encoded): Encoded {
  return { [TAG]: [type, content] };
}

function nameOf(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function invalid(path: string, what: string): FlowwError {
  return new FlowwError("VALUE_INVALID", `${path} is ${what}, which cannot be stored.`);
}

function decode(encoded: Encoded): unknown {
  if (typeof encoded !== "object" || encoded === null) return encoded;
  if (Array.isArray(encoded)) return encoded.map(decode);
  return Object.hasOwn(encoded, TAG) ? decodeTagged(encoded[TAG] as [string, Encoded]) : decodePlain(encoded);
}

function decodePlain(encoded: { [key: string]: Encoded }): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(encoded)) {
    // Defined, not assigned: `__proto__` is a key like any other.
    Object.defineProperty(value, key, {
      value: decode(item),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return value;
}

function decodeTagged([type, content]: [string, Encoded]): unknown {
  switch (type) {
    case "undefined":
      return undefined;
    case "number":
      return Number(content);
    case "bigint":
      return BigInt(content as string);
    case "Date":
      return new Date(content === null ? Number.NaN : (content as string));
    case "bytes":
      return new Uint8Array(Buffer.from(content as string, "base64"));
    case "Map":
      return new Map((content as Encoded[]).map(decode) as [unknown, unknown][]);
    case "Set":
      return new Set((content as Encoded[]).map(decode));
    case "object":
      return decodePlain(content as { [key: string]: Encoded });
    default:
      throw new FlowwError(
        "VALUE_INVALID",
        `The stored value has the type ${type}, which this SDK does not know.`,
      );
  }
}
