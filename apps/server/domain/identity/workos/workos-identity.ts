import { createHash } from "node:crypto";
import { email as emailShape } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { decodeJwt } from "jose";
import type { WorkosClient, WorkosSignedIn } from "../../../platform/clients/workos/workos-client.ts";
import type {
  OutsideIdentity,
  OutsidePerson,
  OutsideSession,
  OutsideSignIn,
  SignInProof,
} from "../outside-identity.ts";

const NAME_CHARACTERS_MAX = 100;
const CODE_CHARACTERS_MAX = 512;

/** Whose users these are: those of one client, at whatever address WorkOS is reached. */
export function workosIssuer(clientId: string): string {
  return `https://api.workos.com/user_management/${clientId}`;
}

/** AuthKit: authorization code with PKCE. What it tells comes from WorkOS itself, over TLS, in exchange for our secret. */
export class WorkosIdentity implements OutsideIdentity {
  readonly isStartedThere = true;
  readonly #client: WorkosClient;

  constructor(client: WorkosClient) {
    this.#client = client;
  }

  begin({ redirectUri, state, verifier }: SignInProof): Promise<URL> {
    const codeChallenge = createHash("sha256").update(verifier).digest("base64url");
    return this.#client.authorizationUrl({ redirectUri: redirectUri.href, state, codeChallenge });
  }

  async finish(callback: URL, { verifier }: SignInProof): Promise<OutsideSignIn> {
    const code = callback.searchParams.get("code") ?? "";
    const isOneCode = callback.searchParams.getAll("code").length === 1 && code.length <= CODE_CHARACTERS_MAX;
    if (!isOneCode || code === "" || callback.searchParams.has("error"))
      throw new FlowwError("SIGN_IN_REFUSED");
    const signedIn = await this.#client.authenticateWithCode({ code, codeVerifier: verifier });
    // What they do here would be the person's doing, in the audit log too.
    if (signedIn.impersonator !== undefined)
      throw new FlowwError(
        "SIGN_IN_REFUSED",
        "Somebody else signs in as this person: that is not taken here.",
      );
    return { person: toPerson(this.#client.clientId, signedIn), session: sessionOf(signedIn) };
  }

  async refresh({ refreshToken }: OutsideSession): Promise<OutsideSession | undefined> {
    try {
      return sessionOf(await this.#client.authenticateWithRefreshToken(refreshToken));
    } catch (error) {
      if (error instanceof FlowwError && error.code === "SIGN_IN_REFUSED") return undefined;
      throw error;
    }
  }

  async signOutUrl(returnTo: URL, sessionId: string | undefined): Promise<URL | undefined> {
    if (sessionId === undefined) return undefined;
    return this.#client.logoutUrl({ sessionId, returnTo: returnTo.href });
  }
}

function sessionOf({ accessToken, refreshToken, user }: WorkosSignedIn): OutsideSession {
  const { sid, sub } = decodeJwt(accessToken);
  if (typeof sid !== "string" || sub !== user.id) throw new FlowwError("IDENTITY_UNAVAILABLE");
  return { id: sid, refreshToken };
}

function toPerson(clientId: string, { user }: WorkosSignedIn): OutsidePerson {
  const email = emailShape.safeParse(user.email);
  if (!email.success)
    throw new FlowwError("SIGN_IN_REFUSED", "The identity provider tells no e-mail address of you.");
  return {
    issuer: workosIssuer(clientId),
    subject: user.id,
    email: email.data.toLowerCase(),
    isEmailVerified: user.emailVerified === true,
    name: nameOf(user) ?? email.data,
  };
}

export function nameOf(user: {
  name: string | null;
  firstName: string | null;
  lastName: string | null;
}): string | undefined {
  const whole = user.name ?? [user.firstName, user.lastName].filter(Boolean).join(" ");
  const name = whole.trim().slice(0, NAME_CHARACTERS_MAX);
  return name === "" ? undefined : name;
}
