/**
 * A key that some object of the text has twice; the text is JSON. Readers take the first or the last of them, so that such
 * a text means two things: what one checked is not what the other runs.
 */
export function findRepeatedKey(json: string): string | undefined {
  /** The keys of each object that is open; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  for (const { token, isKey } of tokensOf(json)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(undefined);
    else if (token === "}" || token === "]") open.pop();
    else if (isKey) {
      const key = JSON.parse(token) as string;
      const keys = open.at(-1);
      if (keys?.has(key) === true) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

/** Strings, with whether a colon follows, and brackets; the rest does not matter here. */
function* tokensOf(json: string): Generator<{ token: string; isKey: boolean }> {
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
  for (const [text, colon] of json.matchAll(tokens)) {
    const token = colon === undefined ? text : text.slice(0, text.length - colon.length);
    yield { token, isKey: colon !== undefined };
  }
}
