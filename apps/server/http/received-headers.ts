/** Floww's own cookies: a browser sends them along to webhooks on the same host, and they are not the workflow's business. */
const OWN_COOKIE = /^\s*(__Host-|__Secure-)?floww[._-]/i;

/** Pairs in the order received, names in lower case, without our own cookies. */
export function receivedHeaders(rawHeaders: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    const value = name === "cookie" ? withoutOwnCookies(rawHeaders[index + 1]!) : rawHeaders[index + 1]!;
    if (value !== undefined) pairs.push([name, value]);
  }
  return pairs;
}

function withoutOwnCookies(value: string): string | undefined {
  const rest = value.split(";").filter((cookie) => !OWN_COOKIE.test(cookie));
  return rest.length === 0 ? undefined : rest.join(";").trim();
}
