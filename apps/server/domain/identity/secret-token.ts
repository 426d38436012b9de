import { createHash, randomBytes } from "node:crypto";

/** 256 random bits need no slow hash: there is nothing to guess. */
const TOKEN_BYTES = 32;

/** A token that whoever holds it may use; the prefix tells scanners and people what it is. */
export function newToken(prefix: string): string {
  return prefix + randomBytes(TOKEN_BYTES).toString("base64url");
}

/** What the database keeps of a token: a dump opens nothing. */
export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
