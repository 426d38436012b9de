const HEX_LENGTHS = { sha256: 64, sha512: 128 } as const;

export type DigestAlgorithm = keyof typeof HEX_LENGTHS;

/** A digest that was looked at: safe as a part of a path. */
export interface Digest {
  algorithm: DigestAlgorithm;
  hex: string;
  /** `sha256:…`, as it came. */
  text: string;
}

/** Undefined for what is not exactly a digest: another algorithm, upper case, too short, a path. */
export function parseDigest(text: string): Digest | undefined {
  const [, algorithm, hex] = /^(sha256|sha512):([0-9a-f]+)$/.exec(text) ?? [];
  if (hex === undefined || hex.length !== HEX_LENGTHS[algorithm as DigestAlgorithm]) return undefined;
  // The expression above lets no other word through.
  return { algorithm: algorithm as DigestAlgorithm, hex, text };
}
