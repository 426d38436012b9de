import { SignJWT } from "jose";
import type { RealtimePeer } from "./peer.ts";

export interface Forgery {
  subject: string;
  channel?: string;
  audience?: string;
  key?: Uint8Array;
  /** From now; negative has expired. */
  ttlSeconds?: number;
}

/** A token of the peer's own kind, wrong only where the test says so. */
export async function forgeToken({ tokens }: RealtimePeer, forgery: Forgery): Promise<string> {
  const { subject, channel, audience = tokens.audience, key = tokens.key, ttlSeconds = 60 } = forgery;
  const seconds = Math.floor(Date.now() / 1000);
  return await new SignJWT(channel === undefined ? {} : { channel })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(subject)
    .setAudience(audience)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + ttlSeconds)
    .sign(key);
}

/** Signed by nobody: `alg` is `none`. */
export async function unsignedToken(peer: RealtimePeer, forgery: Forgery): Promise<string> {
  const [, payload] = (await forgeToken(peer, forgery)).split(".");
  return `${Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url")}.${payload}.`;
}
