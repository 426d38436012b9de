import * as client from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestBrowser } from "../../testing/browser.ts";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";
import { setUpOwner } from "../../testing/signed-in.ts";

const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

let server: TestServer;
let browser: TestBrowser;
beforeAll(async () => {
  server = await startTestServer();
  browser = await setUpOwner(server);
});
afterAll(() => server[Symbol.asyncDispose]());

interface Device {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
}

interface Tokens {
  access_token: string;
  refresh_token: string;
}

function post(path: string, fields: Record<string, string>): Promise<Response> {
  return fetch(`${server.url}${path}`, { method: "POST", body: new URLSearchParams(fields) });
}

async function start(): Promise<Device> {
  return (await (await post("/oauth/device_authorization", { client_id: "floww-cli" })).json()) as Device;
}

function poll(device_code: string, fields: Record<string, string> = {}): Promise<Response> {
  return post("/oauth/token", { grant_type: DEVICE_GRANT, client_id: "floww-cli", device_code, ...fields });
}

async function pollError(device_code: string): Promise<unknown> {
  const answer = await poll(device_code);
  return [answer.status, ((await answer.json()) as { error: string }).error];
}

/** As a person does, on the page. */
function decide(device: Device, decision: "approve" | "deny"): Promise<Response> {
  const page = new URL(device.verification_uri_complete);
  return browser.fill(page.pathname + page.search, { decision });
}

/** Moves the clock of every device in the database: nothing here waits. */
async function passSeconds(seconds: number): Promise<void> {
  await server.database.query(
    `update device_authorizations set polled_at = polled_at - make_interval(secs => $1),
       expires_at = expires_at - make_interval(secs => $1)`,
    [seconds],
  );
}

async function approvedTokens(): Promise<Tokens> {
  const device = await start();
  await decide(device, "approve");
  return (await (await poll(device.device_code)).json()) as Tokens;
}

function refresh(refresh_token: string): Promise<Response> {
  return post("/oauth/token", { grant_type: "refresh_token", client_id: "floww-cli", refresh_token });
}

async function meStatus(token: string): Promise<number> {
  return (await fetch(`${server.url}/api/me`, { headers: { authorization: `Bearer ${token}` } })).status;
}

describe("asking for a code", () => {
  test("the answer has all that RFC 8628 asks for, and is not kept", async () => {
    const answer = await post("/oauth/device_authorization", { client_id: "floww-cli" });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const device = (await answer.json()) as Device;
    expect(device).toMatchObject({ expires_in: 900, interval: 5, verification_uri: `${server.url}/device` });
    expect(device.user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    expect(Math.log2(20 ** 8)).toBeGreaterThan(34);
    expect(new URL(device.verification_uri_complete).searchParams.get("user_code")).toBe(device.user_code);
  });

  test("an unknown client is invalid_client, here and when polling", async () => {
    const device = await start();
    for (const answer of [
      await post("/oauth/device_authorization", { client_id: "someone" }),
      await post("/oauth/device_authorization", {}),
      await poll(device.device_code, { client_id: "someone" }),
    ]) {
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ error: "invalid_client" });
    }
  });

  test("no code is in the database as it was given", async () => {
    const device = await start();
    const tokens = await approvedTokens();
    const rows = await server.database.query<{ text: string }>(
      `select string_agg(row::text, ' ') as text from (
         select d::text as row from device_authorizations d union all select t::text from cli_tokens t) rows`,
    );
    const dump = rows.rows[0]?.text ?? "";
    const secrets = [
      device.device_code,
      device.user_code,
      device.user_code.replace("-", ""),
      tokens.access_token,
      tokens.refresh_token,
    ];
    for (const secret of secrets) {
      expect(dump).not.toContain(secret);
      expect(dump).not.toContain(Buffer.from(secret).toString("hex"));
    }
  });
});

describe("polling", () => {
  test("before a decision it is pending, and the answer is not kept", async () => {
    const device = await start();
    const answer = await poll(device.device_code);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([400, "no-store"]);
    expect(await answer.json()).toMatchObject({ error: "authorization_pending" });
  });

  test("too fast is slow_down, and each time the interval grows by 5 s", async () => {
    const device = await start();
    expect(await pollError(device.device_code)).toEqual([400, "authorization_pending"]);
    await passSeconds(4);
    expect(await pollError(device.device_code)).toEqual([400, "slow_down"]);
    await passSeconds(9);
    expect(await pollError(device.device_code)).toEqual([400, "slow_down"]);
    await passSeconds(15);
    expect(await pollError(device.device_code)).toEqual([400, "authorization_pending"]);
  });

  test("a denied device is access_denied", async () => {
    const device = await start();
    expect((await decide(device, "deny")).status).toBe(200);
    expect(await pollError(device.device_code)).toEqual([400, "access_denied"]);
  });

  test("past its time a code is expired_token, approved or not, and cannot be approved", async () => {
    const approved = await start();
    const late = await start();
    await decide(approved, "approve");
    await passSeconds(901);
    expect(await pollError(approved.device_code)).toEqual([400, "expired_token"]);
    expect(await pollError(late.device_code)).toEqual([400, "expired_token"]);
    const page = await browser.get(`/device?user_code=${late.user_code}`);
    expect(page.status).toBe(404);
  });

  test("a used code and an unknown one are invalid_grant", async () => {
    const device = await start();
    await decide(device, "approve");
    expect((await poll(device.device_code)).status).toBe(200);
    expect(await pollError(device.device_code)).toEqual([400, "invalid_grant"]);
    expect(await pollError("floww_dc_unknown")).toEqual([400, "invalid_grant"]);
  });

  test("a grant that is not offered is unsupported_grant_type", async () => {
    const answer = await poll("x", { grant_type: "password" });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: "unsupported_grant_type" });
  });

  test("a request without its parts, or with one twice, is invalid_request", async () => {
    const twice = await fetch(`${server.url}/oauth/token`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "client_id=floww-cli&client_id=floww-cli&grant_type=refresh_token",
    });
    const json = await fetch(`${server.url}/oauth/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    const bare = await post("/oauth/token", { client_id: "floww-cli" });
    for (const answer of [twice, json, bare]) {
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ error: "invalid_request" });
    }
  });

  test("of polls that race after the approval, one gets the token", async () => {
    const device = await start();
    await decide(device, "approve");
    const answers = await Promise.all(Array.from({ length: 8 }, () => poll(device.device_code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe("approving", () => {
  test("a visit shows code, client, place and time, and never approves", async () => {
    const device = await start();
    const page = await (await browser.get(`/device?user_code=${device.user_code.toLowerCase()}`)).text();
    expect(page).toContain(device.user_code);
    expect(page).toContain("Floww command line");
    expect(page).toContain("127.0.0.1");
    expect(page).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    expect(await pollError(device.device_code)).toEqual([400, "authorization_pending"]);
  });

  test("a form without the session's token, or from another page, decides nothing", async () => {
    const device = await start();
    const fields = { user_code: device.user_code, decision: "approve" };
    expect((await browser.post("/device", { ...fields, token: "guess" })).status).toBe(403);
    expect((await browser.post("/device", fields)).status).toBe(403);
    expect((await browser.post("/device", fields, { origin: "https://evil.example" })).status).toBe(403);
    expect(await pollError(device.device_code)).toEqual([400, "authorization_pending"]);
  });

  test("a decision is taken once", async () => {
    const device = await start();
    const page = new URL(device.verification_uri_complete);
    const shown = await (await browser.get(page.pathname + page.search)).text();
    const token = /name="token" value="([^"]+)"/.exec(shown)?.[1] ?? "";
    const send = (decision: string) =>
      browser.post("/device", { token, user_code: device.user_code, decision });
    expect((await send("deny")).status).toBe(200);
    expect((await send("approve")).status).toBe(404);
    expect(await pollError(device.device_code)).toEqual([400, "access_denied"]);
  });

  test("a stranger is asked to sign in first", async () => {
    const device = await start();
    const answer = await fetch(device.verification_uri_complete, { redirect: "manual" });
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe(
      `/login?next=${encodeURIComponent(`/device?user_code=${device.user_code}`)}`,
    );
  });

  test("guessing codes ends after few tries", async () => {
    await using other = await startTestServer();
    const guesser = await setUpOwner(other);
    const statuses: number[] = [];
    for (let index = 0; index < 21; index++)
      statuses.push((await guesser.get("/device?user_code=BBBB-BBBB")).status);
    expect(statuses).toEqual([...Array<number>(20).fill(404), 429]);
  });
});

describe("tokens", () => {
  test("an access token is its person, for an hour", async () => {
    const tokens = await approvedTokens();
    expect(tokens).toMatchObject({ token_type: "Bearer", expires_in: 3600 });
    expect(tokens.access_token).toMatch(/^floww_at_/);
    expect(tokens.refresh_token).toMatch(/^floww_rt_/);
    expect(await server.client(tokens.access_token).whoAmI({})).toMatchObject({ email: "ada@example.com" });
    await server.database.query("update cli_tokens set expires_at = now() where kind = 'access'");
    expect(await meStatus(tokens.access_token)).toBe(401);
  });

  test("a refresh token gives the next pair", async () => {
    const first = await approvedTokens();
    const next = (await (await refresh(first.refresh_token)).json()) as Tokens;
    expect(next.refresh_token).not.toBe(first.refresh_token);
    expect(await meStatus(next.access_token)).toBe(200);
  });

  test("a refresh token that comes again ends the whole family", async () => {
    const first = await approvedTokens();
    const next = (await (await refresh(first.refresh_token)).json()) as Tokens;
    const again = await refresh(first.refresh_token);
    expect([again.status, await again.json()]).toEqual([400, { error: "invalid_grant" }]);
    expect(await meStatus(first.access_token)).toBe(401);
    expect(await meStatus(next.access_token)).toBe(401);
    expect((await refresh(next.refresh_token)).status).toBe(400);
  });

  test("of refreshes that race, one wins and the family ends", async () => {
    const { refresh_token } = await approvedTokens();
    const answers = await Promise.all(Array.from({ length: 6 }, () => refresh(refresh_token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("an access token is no refresh token, and a refresh token opens no route", async () => {
    const tokens = await approvedTokens();
    expect((await refresh(tokens.access_token)).status).toBe(400);
    expect(await meStatus(tokens.refresh_token)).toBe(401);
  });

  test("either token revokes the session, and an unknown one is 200 as well", async () => {
    for (const name of ["access_token", "refresh_token"] as const) {
      const tokens = await approvedTokens();
      const answer = await post("/oauth/revoke", { client_id: "floww-cli", token: tokens[name] });
      expect(answer.status).toBe(200);
      expect(await meStatus(tokens.access_token)).toBe(401);
      expect((await refresh(tokens.refresh_token)).status).toBe(400);
    }
    expect((await post("/oauth/revoke", { client_id: "floww-cli", token: "unknown" })).status).toBe(200);
  });
});

describe("a strict peer", () => {
  async function configure(): Promise<client.Configuration> {
    const options = { algorithm: "oauth2", execute: [client.allowInsecureRequests] } as const;
    return client.discovery(new URL(server.url), "floww-cli", undefined, client.None(), {
      ...options,
      execute: [...options.execute],
    });
  }

  test("openid-client signs in, refreshes and revokes", async () => {
    const config = await configure();
    const device = await client.initiateDeviceAuthorization(config, {});
    await browser.fill(`/device?user_code=${device.user_code}`, { decision: "approve" });
    const tokens = await client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0.05 });
    expect(await meStatus(tokens.access_token)).toBe(200);
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "");
    expect(await meStatus(refreshed.access_token)).toBe(200);
    await client.tokenRevocation(config, refreshed.access_token);
    expect(await meStatus(refreshed.access_token)).toBe(401);
  });

  test("openid-client understands a denial", async () => {
    const config = await configure();
    const device = await client.initiateDeviceAuthorization(config, {});
    await browser.fill(`/device?user_code=${device.user_code}`, { decision: "deny" });
    const polled = client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0.05 });
    await expect(polled).rejects.toMatchObject({ error: "access_denied" });
  });
});
