import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import type { IdentityPeer, ProvenPerson } from "../domain/identity/conformance.ts";

export const CLIENT = { id: "floww", secret: "a secret of thirty-two characters" };

/** A real issuer of OpenID Connect on a free port, whose sign-in page says at once who `person` is. */
export interface IdentityProvider extends IdentityPeer {
  key: KeyObject;
  /** Exchanges the ID token that the issuer made; undefined: it is sent as it is. */
  forge: ((idToken: string) => Promise<string>) | undefined;
}

export async function startIdentityProvider(person: ProvenPerson): Promise<IdentityProvider> {
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const peer: IdentityProvider = {
    url: issuer,
    environment: {
      FLOWW_OIDC_ISSUER: issuer,
      FLOWW_OIDC_CLIENT_ID: CLIENT.id,
      FLOWW_OIDC_CLIENT_SECRET: CLIENT.secret,
    },
    person,
    isRefusing: false,
    isDown: false,
    key: privateKey,
    forge: undefined,
    knowClient: (serverUrl) => {
      const provider = createProvider(peer, serverUrl);
      const answer = provider.callback();
      http.removeAllListeners("request");
      http.on("request", (request, response) => {
        if (peer.isDown) return void request.socket.destroy();
        if (!request.url?.startsWith("/interaction/")) return void answer(request, response);
        const end = peer.isRefusing
          ? { error: "access_denied", error_description: "<script>alert(1)</script> call 555-EVIL" }
          : { login: { accountId: peer.person.subject } };
        void provider.interactionFinished(request, response, end, { mergeWithLastSubmission: false });
      });
    },
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return peer;
}

function createProvider(peer: IdentityProvider, serverUrl: string): Provider {
  const jwk = { ...peer.key.export({ format: "jwk" }), kid: "one", alg: "RS256", use: "sig" };
  const provider = new Provider(peer.url, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${serverUrl}/login/callback`],
        post_logout_redirect_uris: [`${serverUrl}/`],
      },
    ],
    jwks: { keys: [jwk as never] },
    cookies: { keys: ["of the peer's cookies"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, id) => ({ accountId: id, claims: () => claimsOf(peer.person) }),
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ clientId: CLIENT.id, accountId: oidc.session!.accountId! });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  });
  provider.use(async (context, next) => {
    await next();
    const body = context.body as { id_token?: string } | undefined;
    if (context.path === "/token" && body?.id_token !== undefined && peer.forge !== undefined)
      body.id_token = await peer.forge(body.id_token);
  });
  return provider;
}

function claimsOf({ subject, email, isEmailVerified, name }: ProvenPerson) {
  return { sub: subject, email, email_verified: isEmailVerified, name };
}
