/** Of all objects together; a manifest with a thousand layers has a fifth of it. What has more is not worth the time. */
const KEYS_MAX = 50_000;

/**
 * A key that some object of the text has twice; what is no JSON is left to its parser. Readers take the first or the last of them, so that such
 * a text means two things: what one checked is not what the other runs.
 * @throws RangeError for more than 50,000 keys; SyntaxError for some texts that are no JSON
 */
export function findRepeatedKey(json: string): string | undefined {
  /** The keys of each object that is open; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let count = 0;
  for (const { token, isKey } of tokensOf(json)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(undefined);
    else if (token === "}" || token === "]") open.pop();
    else if (isKey) {
      count += 1;
      if (count > KEYS_MAX) throw new RangeError(`it has more than ${KEYS_MAX} keys`);
      const key = token.includes("\\") ? (JSON.parse(token) as string) : token.slice(1, -1);
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
