import { createHmac, randomInt } from "node:crypto";

/** Without vowels it spells no words, without digits nothing is confused: 20^8 codes are 34.6 bits (RFC 8628, 6.1). */
const ALPHABET = "BCDFGHJKLMNPQRSTVWXZ";
const LENGTH = 8;

export function newUserCode(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
}

/** `BCDF-GHJK`, as people read it. */
export function formatUserCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
}

/** However it was typed: case, dashes and blanks do not matter. Undefined when it cannot be a code. */
export function readUserCode(typed: string): string | undefined {
  const code = typed.slice(0, 40).toUpperCase().replaceAll(/[\s-]/g, "");
  return code.length === LENGTH && [...code].every((letter) => ALPHABET.includes(letter)) ? code : undefined;
}

/** What the database keeps of it. */
export function macOfUserCode(key: Buffer, code: string): Buffer {
  return createHmac("sha256", key).update(code).digest();
}
