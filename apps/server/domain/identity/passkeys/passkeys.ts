import { FlowwError } from "@floww/contract/errors";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import type { Database } from "../../../platform/db/database.ts";
import { Challenges } from "./challenges.ts";
import { type RelyingParty, relyingPartyOf } from "./relying-party.ts";
import { findPasskey, insertPasskey, listCredentials, notePasskeyUse, type Passkey } from "./store.ts";

/** A person has a few devices; each one more is a line in every list that their browser gets. */
const PASSKEYS_MAX = 20;
const SIGN_IN = "sign-in";
/** EdDSA, ES256, RS256 (COSE): what authenticators make. Said, for else Node is asked for what it only tries out. */
const ALGORITHMS = [-8, -7, -257];

interface PasskeysOptions {
  database: Database;
  key: Buffer;
  publicUrl(): URL;
  /** An identity provider says who people are: it has the passkeys, if any. */
  isOff: boolean;
}

export interface PasskeyOwner {
  userId: string;
  name: string;
  email: string;
  /** The browser session that asks: an answer counts in no other. */
  sessionId: string;
}

/**
 * Signing in by a key that an authenticator keeps, in place of a password: always verified (PIN, finger, face), so that it
 * is two factors in one. The library is loaded when the first passkey comes.
 */
export class Passkeys {
  readonly #options: PasskeysOptions;
  readonly #challenges: Challenges;

  constructor(options: PasskeysOptions) {
    this.#options = options;
    this.#challenges = new Challenges(options.key);
  }

  /** What the browser is asked to make one with. @throws FlowwError PASSKEYS_OFF, STATE_CONFLICT */
  async startRegistering(owner: PasskeyOwner): Promise<{ options: { challenge: string }; ticket: string }> {
    const party = this.#party();
    const known = await listCredentials(this.#options.database, owner.userId);
    if (known.length >= PASSKEYS_MAX)
      throw new FlowwError("STATE_CONFLICT", `You have ${PASSKEYS_MAX} passkeys already.`, {
        fix: "Delete one that you do not use.",
      });
    const { generateRegistrationOptions } = await import("@simplewebauthn/server");
    const { challenge, ticket } = this.#challenges.start(registerPurpose(owner));
    const options = await generateRegistrationOptions({
      rpName: "Floww",
      rpID: party.id,
      userID: new TextEncoder().encode(owner.userId),
      userName: owner.email,
      userDisplayName: owner.name,
      challenge: bytesOf(challenge),
      attestationType: "none",
      excludeCredentials: known.map(({ credentialId, transports }) => ({ id: credentialId, transports })),
      supportedAlgorithmIDs: ALGORITHMS,
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
    });
    return { options, ticket };
  }

  /** @throws FlowwError PASSKEYS_OFF, SIGN_IN_EXPIRED, PASSKEY_INVALID, STATE_CONFLICT */
  async register(
    owner: PasskeyOwner,
    { name, ticket, credential }: { name: string; ticket: string; credential: unknown },
  ): Promise<Passkey> {
    const party = this.#party();
    const { database } = this.#options;
    const expectedChallenge = await this.#challenges.take(database, {
      purpose: registerPurpose(owner),
      ticket,
    });
    const { verifyRegistrationResponse } = await import("@simplewebauthn/server");
    const verified = await verifyRegistrationResponse({
      // Looked at part by part in there, whatever it is.
      response: credential as RegistrationResponseJSON,
      expectedChallenge,
      supportedAlgorithmIDs: ALGORITHMS,
      ...expected(party),
    }).catch((cause: unknown) => {
      throw new FlowwError("PASSKEY_INVALID", undefined, { cause });
    });
    if (!verified.verified) throw new FlowwError("PASSKEY_INVALID");
    const { credential: made, credentialBackedUp } = verified.registrationInfo;
    return insertPasskey(database, {
      userId: owner.userId,
      name,
      credentialId: made.id,
      publicKey: Buffer.from(made.publicKey),
      counter: made.counter,
      transports: made.transports ?? [],
      isSynced: credentialBackedUp,
    });
  }

  /** Of any account: the authenticator knows whose it is. @throws FlowwError PASSKEYS_OFF */
  startSignIn(): { options: Record<string, unknown>; ticket: string } {
    const { id } = this.#party();
    const { challenge, ticket } = this.#challenges.start(SIGN_IN);
    return { options: { challenge, rpId: id, userVerification: "required", allowCredentials: [] }, ticket };
  }

  /** Whose passkey it is. @throws FlowwError PASSKEYS_OFF, SIGN_IN_EXPIRED, LOGIN_FAILED */
  async signIn({ ticket, credential }: { ticket: string; credential: unknown }) {
    const party = this.#party();
    const { database } = this.#options;
    const expectedChallenge = await this.#challenges.take(database, { purpose: SIGN_IN, ticket });
    // Looked at part by part in there, whatever it is.
    const response = credential as AuthenticationResponseJSON;
    const found = typeof response?.id === "string" ? await findPasskey(database, response.id) : undefined;
    if (found === undefined) throw refused();
    const { verifyAuthenticationResponse } = await import("@simplewebauthn/server");
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge,
      ...expected(party),
      credential: {
        id: found.credentialId,
        publicKey: new Uint8Array(found.publicKey),
        counter: found.counter,
      },
    }).catch((cause: unknown) => {
      throw refused(cause);
    });
    const use = { id: found.id, counter: authenticationInfo.newCounter };
    if (!verified || !(await notePasskeyUse(database, use))) throw refused();
    return { userId: found.userId, name: found.userName, passkeyId: found.id };
  }

  #party(): RelyingParty {
    if (this.#options.isOff)
      throw new FlowwError("PASSKEYS_OFF", "People sign in at an identity provider, which has the passkeys.");
    return relyingPartyOf(this.#options.publicUrl());
  }
}

function registerPurpose({ sessionId }: PasskeyOwner): string {
  return `register ${sessionId}`;
}

function expected({ id, origin }: RelyingParty) {
  return { expectedOrigin: origin, expectedRPID: id, requireUserVerification: true };
}

function bytesOf(challenge: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(challenge, "base64url"));
}

function refused(cause?: unknown): FlowwError {
  return new FlowwError("LOGIN_FAILED", "This passkey signs nobody in.", {
    fix: "Use another one, or your password. One that was deleted here can be removed from your device.",
    cause,
  });
}
