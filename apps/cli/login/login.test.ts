import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freshToken } from "./fresh-token.ts";
import { OAuthClient } from "./oauth-client.ts";
import { SignIns } from "./sign-ins.ts";

/** Answers in the order given, then the last one for ever; says what it was asked. */
let server: Server;
let answers: { status: number; body: unknown }[];
let asked: URLSearchParams[];
let serverUrl: string;
let folder: string;
beforeEach(async () => {
  asked = [];
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    asked.push(new URLSearchParams(body));
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    response.writeHead(answer?.status ?? 500, { "content-type": "application/json" });
    response.end(JSON.stringify(answer?.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), "floww-login-"));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const device = {
  device_code: "d",
  user_code: "BCDF-GHJK",
  verification_uri: "http://127.0.0.1/device",
  expires_in: 60,
  interval: 5,
};
const granted = { status: 200, body: { access_token: "a2", refresh_token: "r2", expires_in: 3_600 } };
const refused = (error: string) => ({ status: 400, body: { error } });

describe("waiting for the decision", () => {
  async function wait() {
    const waits: number[] = [];
    const sleep = async (ms: number) => {
      waits.push(ms);
    };
    const oauth = new OAuthClient(serverUrl, { sleep });
    const signIn = await oauth.waitForTokens(device, new AbortController().signal);
    return { signIn, waits };
  }

  test("it waits the interval before each poll, and 5 s more after slow_down, from then on", async () => {
    answers = [
      refused("authorization_pending"),
      refused("slow_down"),
      refused("authorization_pending"),
      granted,
    ];
    const { signIn, waits } = await wait();
    expect(waits).toEqual([5_000, 5_000, 10_000, 10_000]);
    expect(signIn).toMatchObject({ server: serverUrl, accessToken: "a2", refreshToken: "r2" });
  });

  test.each(["access_denied", "expired_token"])("it ends at %s", async (error) => {
    answers = [refused(error)];
    await expect(wait()).rejects.toMatchObject({ code: "LOGIN_FAILED" });
    expect(asked).toHaveLength(1);
  });

  test("it does not ask for ever", async () => {
    answers = [refused("slow_down")];
    await expect(wait()).rejects.toThrow("in time");
  });
});

describe("a token for a command", () => {
  const old = { accessToken: "a1", refreshToken: "r1", expiresAtMs: 0 };

  test("is renewed once by commands that run at once", async () => {
    answers = [granted];
    const signIns = new SignIns(folder);
    await signIns.save({ server: serverUrl, ...old });
    const tokens = await Promise.all(Array.from({ length: 5 }, () => freshToken(signIns, serverUrl)));
    expect(tokens).toEqual(Array<string>(5).fill("a2"));
    expect(asked.map((fields) => fields.get("refresh_token"))).toEqual(["r1"]);
  });

  test("is gone when the server ended the sign-in", async () => {
    answers = [refused("invalid_grant")];
    const signIns = new SignIns(folder);
    await signIns.save({ server: serverUrl, ...old });
    expect(await freshToken(signIns, serverUrl)).toBeUndefined();
    expect(await signIns.find(serverUrl)).toBeUndefined();
  });

  test("is shown to no other server of the same host", async () => {
    const signIns = new SignIns(folder);
    await signIns.save({ server: "https://floww.example.com", ...old, expiresAtMs: Date.now() + 3_600_000 });
    expect(await freshToken(signIns, "http://floww.example.com")).toBeUndefined();
    expect(await freshToken(signIns, "https://floww.example.com:8443")).toBeUndefined();
    expect(await freshToken(signIns, "https://floww.example.com")).toBe("a1");
  });
});
