/** How Slack encodes what it sends; for both halves, so without Node's modules. */

/** An Events API delivery, parsed. @throws SyntaxError */
export function decodeJson(bytes: Uint8Array): unknown {
  return JSON.parse(decodeText(bytes));
}

/** A form's fields, the last value of each name: a slash command. */
export function decodeForm(bytes: Uint8Array): Record<string, string> {
  // Null prototype: the names come from outside.
  return Object.assign(
    Object.create(null),
    Object.fromEntries(new URLSearchParams(new TextDecoder().decode(bytes))),
  );
}

export function encodeForm(fields: Record<string, string>): Uint8Array {
  return new TextEncoder().encode(new URLSearchParams(fields).toString());
}

/** An interaction: JSON in the form's one field. @throws SyntaxError */
export function decodeInteraction(bytes: Uint8Array): unknown {
  return JSON.parse(decodeForm(bytes).payload ?? "");
}

export function encodeInteraction(payload: object): Uint8Array {
  return encodeForm({ payload: JSON.stringify(payload) });
}

/** The value at the end of a path through parsed JSON; undefined where there is none. */
export function at(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found ?? undefined;
}

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
