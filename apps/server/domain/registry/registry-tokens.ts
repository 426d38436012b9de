import { createSecretKey, type KeyObject } from "node:crypto";
import { limits } from "@floww/contract/limits";
import { jwtVerify, SignJWT } from "jose";

export const registryActions = ["pull", "push", "delete"] as const;
export type RegistryAction = (typeof registryActions)[number];

export interface RegistryAccess {
  /** `ns_…/my/image` */
  name: string;
  actions: RegistryAction[];
}

/** Whose token it is: looked up again at each request, so that what is revoked ends there and then. */
export type TokenHolder = { kind: "key"; keyId: string } | { kind: "cli"; sessionId: string };

export interface RegistryToken {
  holder: TokenHolder;
  access: RegistryAccess[];
}

const ALGORITHM = "HS256";
const AUDIENCE = "floww-registry";
export const TOKEN_SECONDS = limits.registryTokenMs / 1000;

/** JWTs of the registry's token scheme. Their key is for this purpose only, and nothing else of the server takes one. */
export class RegistryTokens {
  readonly #key: KeyObject;
  readonly #now: () => number;

  constructor(key: Buffer, { now = Date.now }: { now?: () => number } = {}) {
    this.#key = createSecretKey(key);
    this.#now = now;
  }

  issue({ holder, access }: RegistryToken): Promise<string> {
    const seconds = Math.floor(this.#now() / 1000);
    return new SignJWT({ holder, access })
      .setProtectedHeader({ alg: ALGORITHM, typ: "JWT" })
      .setAudience(AUDIENCE)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + TOKEN_SECONDS)
      .sign(this.#key);
  }

  /** Undefined for one that is not ours, was changed, or is past its time. */
  async read(token: string): Promise<RegistryToken | undefined> {
    try {
      const { payload } = await jwtVerify<RegistryToken>(token, this.#key, {
        algorithms: [ALGORITHM],
        audience: AUDIENCE,
        currentDate: new Date(this.#now()),
        requiredClaims: ["exp", "holder", "access"],
      });
      // Signed by us, with this key for this purpose: it has the shape that issue() gave it.
      return { holder: payload.holder, access: payload.access };
    } catch {
      return undefined;
    }
  }
}
