import { email as emailShape } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type * as OpenId from "openid-client";
import type { OutsideIdentity, OutsidePerson, OutsideSignIn, SignInProof } from "../outside-identity.ts";

export interface OidcOptions {
  issuer: URL;
  clientId: string;
  clientSecret: string;
}

/** A person waits for the page; an issuer that takes longer is down. */
const TIMEOUT_SECONDS = 10;
const NAME_CHARACTERS_MAX = 100;

interface Discovered {
  library: typeof OpenId;
  issuer: OpenId.Configuration;
}

/** Any issuer of OpenID Connect: authorization code with PKCE, and an ID token whose signature is checked. */
export class OidcIdentity implements OutsideIdentity {
  readonly isStartedThere = false;
  readonly #options: OidcOptions;
  #discovered: Promise<Discovered> | undefined;

  constructor(options: OidcOptions) {
    this.#options = options;
  }

  async begin({ redirectUri, state, nonce, verifier }: SignInProof): Promise<URL> {
    const { library, issuer } = await this.#discover();
    return library.buildAuthorizationUrl(issuer, {
      redirect_uri: redirectUri.href,
      scope: "openid email profile",
      state,
      nonce,
      code_challenge: await library.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
  }

  async finish(callback: URL, { state, nonce, verifier }: SignInProof): Promise<OutsideSignIn> {
    const { library, issuer } = await this.#discover();
    const tokens = await library
      .authorizationCodeGrant(issuer, callback, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      })
      .catch((cause: unknown) => {
        throw refusal(library, cause);
      });
    const proven = tokens.claims();
    if (proven === undefined) throw new FlowwError("SIGN_IN_REFUSED");
    // Most issuers put the address there only.
    const told =
      typeof proven["email"] === "string"
        ? proven
        : await library.fetchUserInfo(issuer, tokens.access_token, proven.sub).catch((cause: unknown) => {
            throw refusal(library, cause);
          });
    return { person: toPerson(proven.iss, proven.sub, told), session: undefined };
  }

  /** Of an issuer none is kept: what is asked for came from a provider that is not configured any more. */
  async refresh(): Promise<undefined> {
    return undefined;
  }

  async signOutUrl(returnTo: URL): Promise<URL | undefined> {
    const { library, issuer } = await this.#discover();
    if (issuer.serverMetadata().end_session_endpoint === undefined) return undefined;
    return library.buildEndSessionUrl(issuer, { post_logout_redirect_uri: returnTo.href });
  }

  /** Asked when the first person comes, and again after it failed: an issuer that is down keeps no server from starting. */
  #discover(): Promise<Discovered> {
    this.#discovered ??= discover(this.#options).catch((cause: unknown) => {
      this.#discovered = undefined;
      throw new FlowwError("IDENTITY_UNAVAILABLE", undefined, { cause });
    });
    return this.#discovered;
  }
}

async function discover({ issuer, clientId, clientSecret }: OidcOptions): Promise<Discovered> {
  const library = await import("openid-client");
  const execute = [library.enableNonRepudiationChecks];
  if (issuer.protocol === "http:") execute.push(library.allowInsecureRequests);
  const configuration = await library.discovery(
    issuer,
    clientId,
    clientSecret,
    library.ClientSecretBasic(clientSecret),
    {
      execute,
      timeout: TIMEOUT_SECONDS,
    },
  );
  return { library, issuer: configuration };
}

/** What an issuer says of an error is never shown: anybody can put words into that address. */
function refusal(library: typeof OpenId, cause: unknown): FlowwError {
  const isOurs = cause instanceof library.ResponseBodyError && cause.error === "invalid_client";
  const isDown = cause instanceof library.ClientError && cause.code === "OAUTH_TIMEOUT";
  const isLost = cause instanceof TypeError && cause.message === "fetch failed";
  const code = isOurs || isDown || isLost ? "IDENTITY_UNAVAILABLE" : "SIGN_IN_REFUSED";
  return new FlowwError(code, undefined, { cause });
}

function toPerson(issuer: string, subject: string, told: Record<string, unknown>): OutsidePerson {
  const email = emailShape.safeParse(told["email"]);
  if (!email.success)
    throw new FlowwError("SIGN_IN_REFUSED", "The identity provider tells no e-mail address of you.");
  const name = typeof told["name"] === "string" ? told["name"].trim().slice(0, NAME_CHARACTERS_MAX) : "";
  return {
    issuer,
    subject,
    email: email.data.toLowerCase(),
    // The word, and nothing that looks like it: some send the text "false".
    isEmailVerified: told["email_verified"] === true,
    name: name === "" ? email.data : name,
  };
}
