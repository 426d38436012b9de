export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** What a person has written so far; undefined while it is not JSON. */
export function readJson(text: string): { json: Json } | undefined {
  try {
    return { json: JSON.parse(text) as Json };
  } catch {
    return undefined;
  }
}
