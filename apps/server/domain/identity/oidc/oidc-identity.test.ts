import { decodeJwt, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { TestBrowser } from "../../../testing/browser.ts";
import { type IdentityProvider, startIdentityProvider } from "../../../testing/identity-provider.ts";
import { startTestServer, type TestServer } from "../../../testing/running-server.ts";
import { describeOutsideIdentity, passThrough } from "../conformance.ts";

describeOutsideIdentity("an issuer of OpenID Connect", startIdentityProvider);

const ada = { subject: "ada", email: "ada@example.com", isEmailVerified: true, name: "Ada" };

describe("what an issuer sends back is not believed", () => {
  let peer: IdentityProvider;
  let server: TestServer;
  beforeAll(async () => {
    peer = await startIdentityProvider(ada);
    server = await startTestServer({ environment: peer.environment });
    peer.knowClient(server.url);
    const link = new URL(server.setupUrl ?? "");
    const browser = new TestBrowser(server.url);
    expect((await browser.get(await comeBack(browser, link.pathname + link.search))).status).toBe(303);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    peer.forge = undefined;
  });

  /** The address with the code, as the provider sends the browser back to it. */
  async function comeBack(browser: TestBrowser, path = "/login"): Promise<string> {
    return passThrough(peer.url, (await browser.get(path)).headers.get("location"));
  }

  async function refused(browser: TestBrowser, path: string): Promise<void> {
    const answer = await browser.get(path);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(browser.cookies.has("floww.session")).toBe(false);
  }

  test("an answer in the name of another issuer", async () => {
    const browser = new TestBrowser(server.url);
    const url = new URL(await comeBack(browser), server.url);
    url.searchParams.set("iss", "https://evil.example");
    await refused(browser, url.pathname + url.search);
  });

  const seconds = () => Math.floor(Date.now() / 1_000);
  const signed = (claims: object) =>
    new SignJWT({ ...claims }).setProtectedHeader({ alg: "RS256", kid: "one" }).sign(peer.key);
  const forgeries: [string, (claims: object) => Promise<string>][] = [
    ["of another nonce", (claims) => signed({ ...claims, nonce: "another" })],
    ["for another client", (claims) => signed({ ...claims, aud: "another" })],
    ["by another issuer", (claims) => signed({ ...claims, iss: "https://evil.example" })],
    ["past its time", (claims) => signed({ ...claims, exp: seconds() - 3_600, iat: seconds() - 7_200 })],
    ["without a signature", async (claims) => new UnsecuredJWT({ ...claims }).encode()],
    [
      "with a signature that does not fit",
      async (claims) => `${(await signed(claims)).slice(0, -8)}AAAAAAAA`,
    ],
  ];
  test.each(forgeries)("an ID token %s", async (_name, forge) => {
    const browser = new TestBrowser(server.url);
    peer.forge = (idToken) => forge(decodeJwt(idToken));
    await refused(browser, await comeBack(browser));
  });

  test("while one that was signed anew with the same claims is", async () => {
    peer.forge = (idToken) => signed(decodeJwt(idToken));
    const browser = new TestBrowser(server.url);
    expect((await browser.get(await comeBack(browser))).status).toBe(303);
  });

  test("and none of it was the server's fault", () => {
    expect(server.reported).toEqual([]);
  });
});
