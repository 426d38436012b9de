import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import { TestBrowser } from "./browser.ts";

export const CLIENT = { id: "floww", secret: "a secret of thirty-two characters" };

export interface PeerPerson {
  sub: string;
  email: string;
  email_verified: boolean;
  name: string;
}

/** A real issuer of OpenID Connect on a free port, whose sign-in page says at once who `person` is. */
export interface IdentityProvider extends AsyncDisposable {
  issuer: string;
  person: PeerPerson;
  key: KeyObject;
  /** Exchanges the ID token that the issuer made; undefined: it is sent as it is. */
  forge: ((idToken: string) => Promise<string>) | undefined;
  /** Tells it where the server is that signs people in with it. */
  knowClient(serverUrl: string): void;
}

export async function startIdentityProvider(person: PeerPerson): Promise<IdentityProvider> {
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const peer: IdentityProvider = {
    issuer,
    person,
    key: privateKey,
    forge: undefined,
    knowClient: (serverUrl) => {
      const provider = createProvider(peer, serverUrl);
      const answer = provider.callback();
      http.removeAllListeners("request");
      http.on("request", (request, response) => {
        if (!request.url?.startsWith("/interaction/")) return void answer(request, response);
        const login = { accountId: peer.person.sub };
        void provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
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
  const provider = new Provider(peer.issuer, {
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
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ ...peer.person }) }),
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

/** Walks from the provider's address through its sign-in to where it sends the browser: an address of the server. */
export async function passThrough(peer: IdentityProvider, location: string | null): Promise<string> {
  const browser = new TestBrowser(peer.issuer);
  let url = new URL(location ?? "");
  while (url.origin === peer.issuer) {
    const answer = await browser.get(url.pathname + url.search);
    const next = answer.headers.get("location");
    if (next === null) throw new TypeError(`the provider stops at ${url}: ${await answer.text()}`);
    url = new URL(next, url);
  }
  return url.pathname + url.search;
}
