import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Long enough to look up a second factor. */
const ATTEMPT_SECONDS = 10 * 60;
const STATE_BYTES = 32;

/** What an account may be made by, where there is none yet. */
export type Door = { kind: "setUp" | "invitation"; token: string };

export interface SignInAttempt {
  state: string;
  nonce: string;
  verifier: string;
  next: string;
  door: Door | undefined;
}

interface Written {
  state: string;
  next: string;
  door?: Door;
  until: number;
}

/**
 * A sign-in under way at an identity provider, kept by the browser that began it. What the provider sends back counts only
 * in that browser; nonce and PKCE verifier are worked out from the state and never sent to anybody but the provider.
 */
export class SignInAttempts {
  readonly #key: Buffer;
  readonly #now: () => number;

  constructor(key: Buffer, { now = Date.now }: { now?: () => number } = {}) {
    this.#key = key;
    this.#now = now;
  }

  start({ next, door }: { next: string; door?: Door | undefined }): SignInAttempt & { cookie: string } {
    const state = randomBytes(STATE_BYTES).toString("base64url");
    const until = this.#now() + ATTEMPT_SECONDS * 1_000;
    const written: Written = { state, next, until, ...(door === undefined ? {} : { door }) };
    const text = Buffer.from(JSON.stringify(written)).toString("base64url");
    return { ...this.#attempt(written), cookie: `${text}.${this.#mac(`cookie ${text}`)}` };
  }

  /** Undefined for an attempt of another browser, one that we did not write and one that is past its time. */
  read(cookie: string, state: string): SignInAttempt | undefined {
    const [text = "", mac = ""] = cookie.split(".");
    if (!isSame(mac, this.#mac(`cookie ${text}`))) return undefined;
    // Our own words: nobody else can sign them.
    const written = JSON.parse(Buffer.from(text, "base64url").toString()) as Written;
    if (written.until <= this.#now() || !isSame(written.state, state)) return undefined;
    return this.#attempt(written);
  }

  #attempt({ state, next, door }: Written): SignInAttempt {
    return {
      state,
      next,
      door,
      nonce: this.#mac(`nonce ${state}`),
      verifier: this.#mac(`verifier ${state}`),
    };
  }

  #mac(text: string): string {
    return createHmac("sha256", this.#key).update(text).digest("base64url");
  }
}

function isSame(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}
