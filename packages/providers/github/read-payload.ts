const FORM = "application/x-www-form-urlencoded";

/**
 * GitHub's payload, from a body in either of the two ways that GitHub sends one.
 *
 * @throws TypeError | SyntaxError where the body is none
 */
export function readPayload(bytes: Uint8Array, contentType: string | undefined): Record<string, unknown> {
  // fatal: bytes that are not UTF-8 must not turn silently into replacement characters.
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  const payload: unknown = JSON.parse(isForm(contentType) ? payloadField(text) : text);
  if (typeof payload !== "object" || payload === null || Array.isArray(payload))
    throw new TypeError("the payload is no JSON object");
  return payload as Record<string, unknown>;
}

function isForm(contentType: string | undefined): boolean {
  return contentType?.split(";", 1)[0]?.trim().toLowerCase() === FORM;
}

function payloadField(text: string): string {
  const [payload, ...others] = new URLSearchParams(text).getAll("payload");
  if (payload === undefined || others.length > 0) throw new TypeError("the form has not exactly one payload");
  return payload;
}
