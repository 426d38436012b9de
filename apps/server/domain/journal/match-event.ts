import type { EventMatch } from "@floww/contract/host-calls";

/** Whether all of the paths lead to what they must: `{ "order.id": 7 }`. */
export function matchesEvent(data: unknown, match: EventMatch): boolean {
  return Object.entries(match).every(([path, wanted]) => valueAt(data, path) === wanted);
}

function valueAt(data: unknown, path: string): unknown {
  let value = data;
  for (const step of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}
