import { AttemptLimit } from "../../platform/attempt-limit.ts";
import { type Auth, type AuthOptions, createAuth, sessionKey } from "./create-auth.ts";
import type { OutsideIdentity } from "./outside-identity.ts";
import { OutsideSessions } from "./outside-sessions.ts";
import { Passkeys } from "./passkeys/passkeys.ts";
import { PasswordSignIn } from "./sign-in.ts";
import { SignInAttempts } from "./sign-in-attempts.ts";

const MINUTE_MS = 60_000;

/** A person types a code or two wrong; 20 tries in 34 bits find nothing. */
const CODE_LIMIT = { attemptsMax: 20, windowMs: 10 * MINUTE_MS };
/** A script with an old key tries again and again: it need not ask the database each time. */
const REGISTRY_LIMIT = { attemptsMax: 100, windowMs: MINUTE_MS };
/** Nobody guesses a signature; one that is checked costs us some, and writes a row. */
const PASSKEY_LIMIT = { attemptsMax: 60, windowMs: 10 * MINUTE_MS };
/** Each start writes a row. */
const DEVICE_LIMIT = { attemptsMax: 60, windowMs: 10 * MINUTE_MS };

interface IdentityOptions extends AuthOptions {
  outside?: OutsideIdentity | undefined;
  /** Of what goes wrong beside a request. */
  report(error: unknown): void;
}

/** What signing in needs while the server runs. */
export interface Identity {
  auth(): Promise<Auth>;
  /** Who says who a person is; undefined: we do, by password. */
  outside: OutsideIdentity | undefined;
  outsideSessions: OutsideSessions | undefined;
  attempts: SignInAttempts;
  /** Signs the cookies of browser sessions. */
  sessionKey: string;
  passwords: PasswordSignIn;
  passkeys: Passkeys;
  userCodeKey: Buffer;
  formKey: Buffer;
  /** By person: looking at and deciding on user codes. */
  codeTries: AttemptLimit;
  /** By address: answers of passkeys. */
  passkeyTries: AttemptLimit;
  /** By address: asking for a device code. */
  deviceStarts: AttemptLimit;
  /** By address: passwords for a registry's token that were wrong. */
  registrySignIns: AttemptLimit;
}

export function createIdentity({ outside, report, ...options }: IdentityOptions): Identity {
  const auth = createAuth(options);
  const { database, keys, publicUrl } = options;
  const isOutside = outside !== undefined;
  const sealing = keys.deriveKey("outside-sessions");
  return {
    auth,
    outside,
    outsideSessions:
      outside === undefined ? undefined : new OutsideSessions({ database, key: sealing, outside, report }),
    attempts: new SignInAttempts(options.keys.deriveKey("sign-in-attempts")),
    sessionKey: sessionKey(options.keys),
    passwords: new PasswordSignIn(database, auth, { isOff: isOutside }),
    passkeys: new Passkeys({ database, publicUrl, key: keys.deriveKey("passkeys"), isOff: isOutside }),
    userCodeKey: options.keys.deriveKey("user-codes"),
    formKey: options.keys.deriveKey("forms"),
    codeTries: new AttemptLimit(CODE_LIMIT),
    passkeyTries: new AttemptLimit(PASSKEY_LIMIT),
    deviceStarts: new AttemptLimit(DEVICE_LIMIT),
    registrySignIns: new AttemptLimit(REGISTRY_LIMIT),
  };
}
