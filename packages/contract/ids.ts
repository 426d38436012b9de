/**
 * Public ids: a type prefix and a UUIDv7 in Crockford base32, as the TypeID specification 0.3 writes them
 * (https://github.com/jetify-com/typeid). The database holds the bare UUID; the prefix exists so that a person,
 * a log line and a type error can tell an execution from a deployment.
 */
export const idPrefixes = {
  organization: "org",
  namespace: "ns",
  user: "usr",
  apiKey: "key",
  session: "ses",
  passkey: "pky",
  invitation: "inv",
  auditEntry: "aud",
  workflow: "wf",
  deployment: "dep",
  trigger: "trg",
  delivery: "dlv",
  execution: "exe",
  event: "evt",
  wait: "wai",
  replay: "rpl",
  provider: "prv",
  devSession: "dev",
  server: "srv",
} as const;

export type IdKind = keyof typeof idPrefixes;
export type Id<K extends IdKind> = `${(typeof idPrefixes)[K]}_${string}`;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const SUFFIX_LENGTH = 26;
const VALUES = new Map([...ALPHABET].map((character, value) => [character, BigInt(value)]));
/** Writes a UUID ("0190f5fe-…" or 32 hexadecimal digits) as the public id of that kind. */
export function formatId<K extends IdKind>(kind: K, uuid: string): Id<K> {
  const hex = uuid.replaceAll("-", "");
  // 26 characters carry 130 bits: two empty ones, and a UUID's 128. Five hexadecimal digits are four characters.
  let id = `${idPrefixes[kind]}_${digits(hex.slice(0, 2), 2)}`;
  for (let at = 2; at < hex.length; at += 5) id += digits(hex.slice(at, at + 5), 4);
  return id as Id<K>;
}

function digits(hex: string, length: number): string {
  const value = Number.parseInt(hex, 16);
  let text = "";
  for (let shift = 5 * (length - 1); shift >= 0; shift -= 5) text += ALPHABET[(value >> shift) & 31];
  return text;
}

/** Reads a public id back into its UUID; undefined when it is not one of that kind. */
export function parseId(kind: IdKind, id: string): string | undefined {
  const prefix = `${idPrefixes[kind]}_`;
  if (!id.startsWith(prefix) || id.length !== prefix.length + SUFFIX_LENGTH) return undefined;
  let value = 0n;
  for (const character of id.slice(prefix.length)) {
    const digit = VALUES.get(character);
    if (digit === undefined) return undefined;
    value = (value << 5n) | digit;
  }
  // 26 characters carry 130 bits: the top two must be empty.
  if (value >> 128n !== 0n) return undefined;
  const hex = value.toString(16).padStart(32, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
