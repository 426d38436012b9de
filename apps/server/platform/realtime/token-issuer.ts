import { createSecretKey, type KeyObject } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";

export interface TokenOptions {
  /** At least 32 bytes. */
  key: Uint8Array;
  audience: string;
  ttlSeconds: number;
  now: () => number;
}

export interface VerifiedToken {
  subject: string;
  /** Only in a token for a subscription. */
  channel: string | undefined;
  expiresAtSeconds: number;
}

export const REALTIME_AUDIENCE = "floww-realtime";

/** Whoever lost access may come back with the token it has: with the brokers' delay of ten seconds for less than a minute. */
export const TOKEN_TTL_SECONDS = 45;

const ALGORITHM = "HS256";
const KEY_BYTES_MIN = 32;

/**
 * JWTs as Centrifugo takes them: one key and one audience for both kinds. A token with a `channel` is good for that
 * subscription and never for connecting; one without is good for connecting only.
 */
export class TokenIssuer {
  readonly #key: KeyObject;
  readonly #options: TokenOptions;

  constructor(options: TokenOptions) {
    if (options.key.byteLength < KEY_BYTES_MIN) {
      throw new RangeError(
        `The key that signs realtime tokens needs ${KEY_BYTES_MIN} bytes, not ${options.key.byteLength}.`,
      );
    }
    this.#key = createSecretKey(options.key);
    this.#options = options;
  }

  async issue(subject: string, channel?: string): Promise<string> {
    const { audience, ttlSeconds, now } = this.#options;
    const seconds = Math.floor(now() / 1000);
    return await new SignJWT(channel === undefined ? {} : { channel })
      .setProtectedHeader({ alg: ALGORITHM, typ: "JWT" })
      .setSubject(subject)
      .setAudience(audience)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + ttlSeconds)
      .sign(this.#key);
  }

  /** Expired is told apart, since the client then fetches another; everything else is one answer. */
  async verify(token: string): Promise<VerifiedToken | "expired" | "invalid"> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [ALGORITHM],
        audience: this.#options.audience,
        currentDate: new Date(this.#options.now()),
        requiredClaims: ["sub", "exp"],
      });
      const { sub, exp, channel } = payload;
      if (!sub || exp === undefined) return "invalid";
      if (channel !== undefined && typeof channel !== "string") return "invalid";
      return { subject: sub, channel, expiresAtSeconds: exp };
    } catch (error) {
      return error instanceof errors.JWTExpired ? "expired" : "invalid";
    }
  }
}
