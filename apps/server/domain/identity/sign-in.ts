import { FlowwError } from "@floww/contract/errors";
import { AttemptLimit } from "../../platform/attempt-limit.ts";
import type { Queryable } from "../../platform/db/database.ts";
import { type Auth, CLIENT_ADDRESS_HEADER } from "./create-auth.ts";
import { refuseBlocked } from "./refuse-blocked.ts";

const MINUTE_MS = 60_000;

/** Guessing one person's password, and guessing from one place. Attempts that succeed are not counted. */
const ACCOUNT_LIMIT = { attemptsMax: 10, windowMs: 15 * MINUTE_MS };
const ADDRESS_LIMIT = { attemptsMax: 30, windowMs: 15 * MINUTE_MS };

/** From where a request comes, as far as we can know. */
export interface ClientPlace {
  address: string;
  userAgent: string;
}

export interface SignInRequest extends ClientPlace {
  email: string;
  password: string;
}

/** Headers of the answer, with the session's cookie among them. */
export interface SignedIn {
  userId: string;
  headers: Headers;
}

/** Signing in, changing the password and proving oneself again, all of which try a password. */
export class PasswordSignIn {
  readonly #database: Queryable;
  readonly #auth: () => Promise<Auth>;
  readonly #accounts: AttemptLimit;
  readonly #addresses: AttemptLimit;

  readonly #isOff: boolean;

  constructor(
    database: Queryable,
    auth: () => Promise<Auth>,
    { now = Date.now, isOff = false }: { now?: () => number; isOff?: boolean } = {},
  ) {
    this.#database = database;
    this.#isOff = isOff;
    this.#auth = auth;
    this.#accounts = new AttemptLimit({ ...ACCOUNT_LIMIT, now });
    this.#addresses = new AttemptLimit({ ...ADDRESS_LIMIT, now });
  }

  /** Always a session of its own, whatever cookie came along. @throws FlowwError LOGIN_FAILED, ACCOUNT_BLOCKED, RATE_LIMITED */
  async signIn({ email, password, address, userAgent }: SignInRequest): Promise<SignedIn> {
    const account = email.toLowerCase();
    return this.#limited({ account, address }, async () => {
      const auth = await this.#auth();
      const headers = new Headers({ [CLIENT_ADDRESS_HEADER]: address, "user-agent": userAgent });
      const signedIn = await auth.api.signInEmail({
        body: { email: account, password },
        headers,
        returnHeaders: true,
      });
      const { id: userId } = signedIn.response.user;
      // Only who knows the password is told. The session that came of it is good for nobody.
      await refuseBlocked(this.#database, userId);
      return { userId, headers: signedIn.headers };
    });
  }

  /** Nothing but whether it is the person's password. @throws FlowwError LOGIN_FAILED, RATE_LIMITED */
  async prove({ account, address, password }: { account: string; address: string; password: string }) {
    await this.#limited({ account, address }, async () => {
      const { internalAdapter, password: hasher } = await (await this.#auth()).$context;
      const found = await internalAdapter.findUserByEmail(account, { includeAccounts: true });
      const hash = found?.accounts.find(({ providerId }) => providerId === "credential")?.password;
      if (typeof hash === "string" && (await hasher.verify({ hash, password }))) return;
      throw new FlowwError("LOGIN_FAILED", "That is not your password.");
    });
  }

  /** Ends the person's other browser sessions. @throws FlowwError LOGIN_FAILED, RATE_LIMITED */
  async changePassword({
    account,
    address,
    headers,
    currentPassword,
    newPassword,
  }: {
    account: string;
    address: string;
    /** Of the request, with its session cookie. */
    headers: Headers;
    currentPassword: string;
    newPassword: string;
  }): Promise<Headers> {
    return this.#limited({ account, address }, async () => {
      const auth = await this.#auth();
      const changed = await auth.api.changePassword({
        body: { currentPassword, newPassword, revokeOtherSessions: true },
        headers,
        returnHeaders: true,
      });
      return changed.headers;
    });
  }

  async #limited<T>(
    { account, address }: { account: string; address: string },
    work: () => Promise<T>,
  ): Promise<T> {
    if (this.#isOff) throw new FlowwError("PASSWORDS_OFF");
    // Both are counted before the password is looked at, so that a thousand guesses at once are not a thousand guesses.
    const waitMs = Math.max(this.#accounts.take(account), this.#addresses.take(address));
    if (waitMs > 0) throw rateLimited(waitMs);
    const result = await work().catch((error: unknown) => {
      if (error instanceof FlowwError) throw error;
      throw isRefusal(error) ? new FlowwError("LOGIN_FAILED") : error;
    });
    this.#accounts.giveBack(account);
    this.#addresses.giveBack(address);
    return result;
  }
}

export function rateLimited(waitMs: number): FlowwError {
  const retryAfterSeconds = Math.ceil(waitMs / 1_000);
  return new FlowwError(
    "RATE_LIMITED",
    `Too many attempts; the next one is taken in ${retryAfterSeconds} s.`,
    {
      details: { retryAfterSeconds },
    },
  );
}

/** better-auth's own error for a caller's mistake; anything else is an outage. */
function isRefusal(error: unknown): boolean {
  const { statusCode } = error as { statusCode?: unknown };
  return typeof statusCode === "number" && statusCode >= 400 && statusCode < 500;
}
