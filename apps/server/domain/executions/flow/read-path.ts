import type { WireEvent, WireEventHead } from "@floww/contract/abi";
import { limits } from "@floww/contract/limits";

/** What a path such as `body.customer.id` leads to; undefined when the event has nothing there. */
export type PathValue = string | number | boolean | object | null | undefined;

/**
 * Follows one path into an event. What a caller sent is data: only own properties of objects and lists are followed, so
 * `__proto__` and `length` are names like any other, and a body that is too big or is no JSON has nothing in it.
 */
export function readPath(event: WireEvent, path: string): PathValue {
  const [root, ...names] = path.split(".");
  const { head } = event;
  if (root === "headers") return joinHeader(head, names.join("."));
  if (root === "query")
    return "query" in head ? lastOf(new URLSearchParams(head.query), names.join(".")) : undefined;
  if (root === "params") return "params" in head ? ownProperty(head.params, names.join(".")) : undefined;
  return root === "body" ? follow(parseBody(event), names) : undefined;
}

function follow(start: PathValue, names: readonly string[]): PathValue {
  let value = start;
  for (const name of names) {
    value = ownProperty(value, name);
    if (value === undefined) return undefined;
  }
  return value;
}

function ownProperty(value: PathValue, name: string): PathValue {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  if (Array.isArray(value) && name === "length") return undefined;
  return (value as Record<string, PathValue>)[name];
}

function headersOf(head: WireEventHead): [string, string][] {
  return "headers" in head ? head.headers : [];
}

/** Repeated ones joined, as handlers see them. */
function joinHeader(head: WireEventHead, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const values = headersOf(head).filter(([given]) => given === wanted);
  return values.length === 0 ? undefined : values.map(([, value]) => value).join(", ");
}

function lastOf(query: URLSearchParams, name: string): string | undefined {
  return query.getAll(name).at(-1);
}

/** Read on the way in, beside everybody else's events: no more is parsed there than a row may hold. */
function parseBody({ head, body }: WireEvent): PathValue {
  if (body.byteLength === 0 || body.byteLength > limits.inlineBytesMax) return undefined;
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
  if (joinHeader(head, "content-type")?.startsWith("application/x-www-form-urlencoded") === true)
    return Object.assign(Object.create(null), Object.fromEntries(new URLSearchParams(text)));
  try {
    return JSON.parse(text) as PathValue;
  } catch {
    return undefined;
  }
}
