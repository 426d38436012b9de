import { createHmac } from "node:crypto";
import type { WebhookAuth } from "@floww/contract/abi";
import { webhookAuth } from "@floww/contract/webhook-auth";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { anOrganization, aVault } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { setSecret } from "../secrets/set-secret.ts";
import type { Vault } from "../secrets/vault.ts";
import { findAuthFault } from "./verify-webhook.ts";

let vault: Vault;
const NOW_MS = 1_800_000_000_000;
const NOW_S = String(NOW_MS / 1000);
const BODY = '{"amount": 1.0}';

let database: TestDatabase;
let namespaceId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  vault = await aVault(database);
  namespaceId = (await anOrganization(database)).namespace.id;
});
afterAll(() => database[Symbol.asyncDispose]());

interface Proof {
  headers?: [string, string][];
  body?: string;
  atMs?: number;
}

/** Why it is refused, with this value in the secret; undefined when it is not. */
async function verify(
  auth: WebhookAuth,
  value: unknown,
  { headers = [], body = BODY, atMs = NOW_MS }: Proof,
): Promise<string | undefined> {
  const key = { name: `s${newUuid()}`, credential: "default" };
  if (value !== undefined)
    await setSecret({ database, vault }, namespaceId, {
      ...key,
      value: value as Record<string, unknown>,
      updatedBy: "test",
    });
  const named = JSON.parse(
    JSON.stringify(auth).replaceAll('"name":"s"', `"name":"${key.name}"`),
  ) as WebhookAuth;
  const request = { headers, body: Buffer.from(body), receivedAtMs: atMs };
  return findAuthFault({ database, vault }, { namespaceId, auth: webhookAuth.parse(named) }, request);
}

const field = (name: string) => ({ name: "s", credential: "default", field: name });
const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("a bearer token", () => {
  const auth: WebhookAuth = { type: "bearer", token: field("token") };
  const authorized = (...values: string[]): Proof => ({
    headers: values.map((value) => ["authorization", value]),
  });

  test.each([
    ["is taken", { token: "right" }, authorized("Bearer right")],
    ["is taken, however its scheme is written", { token: "right" }, authorized("bEARER right")],
    ["is taken while it is rotated: the old one", { token: ["right", "new"] }, authorized("Bearer right")],
    ["is taken while it is rotated: the new one", { token: ["old", "right"] }, authorized("Bearer right")],
  ])("%s", async (_, value, proof) => {
    expect(await verify(auth, value, proof)).toBeUndefined();
  });

  test.each([
    ["missing", { token: "right" }, authorized()],
    ["another", { token: "right" }, authorized("Bearer wrong")],
    ["shorter", { token: "right" }, authorized("Bearer righ")],
    ["longer", { token: "right" }, authorized("Bearer rightt")],
    ["empty", { token: "right" }, authorized("Bearer ")],
    ["of another scheme", { token: "right" }, authorized(basic("right:"))],
    ["there twice", { token: "right" }, authorized("Bearer right", "Bearer right")],
    ["joined from two", { token: "right" }, authorized("Bearer right, Bearer right")],
    ["empty, and so is the secret", { token: "" }, authorized("Bearer ")],
    ["for a secret that has no such field", { other: "right" }, authorized("Bearer undefined")],
    ["for a secret whose field is no text", { token: 5 }, authorized("Bearer 5")],
    ["for a secret whose list is empty", { token: [] }, authorized("Bearer ")],
    ["for a secret whose list holds an empty text", { token: ["right", ""] }, authorized("Bearer right")],
    ["for a secret that is gone", undefined, authorized("Bearer right")],
  ])("is refused when it is %s", async (_, value, proof) => {
    expect(await verify(auth, value, proof)).toEqual(expect.any(String));
  });

  test("of an object's own members counts only what it has", async () => {
    const inherited: WebhookAuth = { type: "bearer", token: field("constructor") };
    const proof = authorized(`Bearer ${String(Object)}`);
    expect(await verify(inherited, { token: "right" }, proof)).toEqual(expect.any(String));
  });
});

describe("a user name and password", () => {
  const auth: WebhookAuth = { type: "basic", username: "ada", password: field("password") };
  const secret = { password: "pass:wörd" };
  const given = (text: string): Proof => ({ headers: [["authorization", basic(text)]] });

  test("are taken, with a colon and any letters in the password", async () => {
    expect(await verify(auth, secret, given("ada:pass:wörd"))).toBeUndefined();
  });

  test.each(["ada:", "ada", ":pass:wörd", "adap:ass:wörd", "eve:pass:wörd", "ada:pass:wörd "])(
    "are refused otherwise: %j",
    async (text) => expect(await verify(auth, secret, given(text))).toEqual(expect.any(String)),
  );
});

describe("a signature", () => {
  const github: WebhookAuth = {
    type: "signature",
    key: field("key"),
    header: "x-hub-signature-256",
    algorithm: "sha256",
    encoding: "hex",
    prefix: "sha256=",
    signed: "{body}",
  };
  const slack: WebhookAuth = {
    ...github,
    header: "x-slack-signature",
    prefix: "v0=",
    timestamp: { header: "x-slack-request-timestamp", toleranceMs: 300_000 },
    signed: "v0:{timestamp}:{body}",
  };
  const GITHUB = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  const githubKey = { key: "It's a Secret to Everybody" };
  const sign = (text: string, key: string) => createHmac("sha256", key).update(text).digest("hex");

  test("is taken as GitHub documents it", async () => {
    const proof: Proof = { headers: [["x-hub-signature-256", GITHUB]], body: "Hello, World!" };
    expect(await verify(github, githubKey, proof)).toBeUndefined();
  });

  test.each([
    ["missing", []],
    ["without its prefix", [["x-hub-signature-256", GITHUB.slice(7)]]],
    ["truncated", [["x-hub-signature-256", GITHUB.slice(0, -1)]]],
    ["in upper case", [["x-hub-signature-256", GITHUB.toUpperCase()]]],
    [
      "there twice",
      [
        ["x-hub-signature-256", GITHUB],
        ["x-hub-signature-256", GITHUB],
      ],
    ],
    ["in another header", [["x-signature", GITHUB]]],
  ] as [string, [string, string][]][])("is refused when it is %s", async (_, headers) => {
    expect(await verify(github, githubKey, { headers, body: "Hello, World!" })).toEqual(expect.any(String));
  });

  test("is refused over a body that means the same and is written in another way", async () => {
    const headers: [string, string][] = [["x-hub-signature-256", `sha256=${sign(BODY, githubKey.key)}`]];
    expect(await verify(github, githubKey, { headers })).toBeUndefined();
    const rewritten = JSON.stringify(JSON.parse(BODY));
    expect(await verify(github, githubKey, { headers, body: rewritten })).toEqual(expect.any(String));
  });

  const timed = (seconds: string, signed = seconds): Proof => ({
    headers: [
      ["x-slack-request-timestamp", seconds],
      ["x-slack-signature", `v0=${sign(`v0:${signed}:${BODY}`, "k$&")}`],
    ],
  });

  test.each([
    ["now", 0],
    ["299 s late", 299],
    ["299 s early", -299],
  ])("with a time is taken %s", async (_, offS) => {
    expect(await verify(slack, { key: "k$&" }, timed(String(Number(NOW_S) - offS)))).toBeUndefined();
  });

  test.each([
    ["301 s late", timed(String(Number(NOW_S) - 301))],
    ["301 s early", timed(String(Number(NOW_S) + 301))],
    ["of another time", timed(NOW_S, String(Number(NOW_S) - 1))],
    ["without a time", { headers: timed(NOW_S).headers!.slice(1) }],
    ["of no time", timed("now")],
    ["of a time with a fraction", timed(`${NOW_S}.5`)],
    ["of a time too long to be one", timed("9".repeat(400))],
  ])("with a time is refused %s", async (_, proof) => {
    expect(await verify(slack, { key: "k$&" }, proof)).toEqual(expect.any(String));
  });

  test("cannot be declared with a time that is not signed, nor with other braces", () => {
    const isDeclared = (signed: string) => webhookAuth.safeParse({ ...slack, signed }).success;
    expect(isDeclared("{timestamp}.{body}")).toBe(true);
    for (const signed of [
      "{body}",
      "{timestamp}",
      "{body}{timestamp}",
      "{timestamp}{body}{body}",
      "{time}{body}",
    ])
      expect([signed, isDeclared(signed)]).toEqual([signed, false]);
  });
});

describe("Standard Webhooks", () => {
  const auth: WebhookAuth = { type: "standard-webhooks", key: field("key") };
  const key = { key: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" };
  const VECTOR = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  const atMs = 1_614_265_330_000;
  const body = '{"test": 2432232314}';
  const signed = (signature: string, id = "msg_p5jXN8AQM9LWM0D4loKWxJek"): [string, string][] => [
    ["webhook-id", id],
    ["webhook-timestamp", "1614265330"],
    ["webhook-signature", signature],
  ];

  test.each([
    ["alone", VECTOR],
    ["among others", `v1a,abc v1,AAAA ${VECTOR}`],
  ])("the specification's vector is taken, %s", async (_, signature) => {
    expect(await verify(auth, key, { headers: signed(signature), body, atMs })).toBeUndefined();
  });

  test.each([
    ["another id", { headers: signed(VECTOR, "msg_other"), body, atMs }],
    ["another body", { headers: signed(VECTOR), body: `${body} `, atMs }],
    ["another version", { headers: signed(VECTOR.replace("v1", "v2")), body, atMs }],
    ["an old time", { headers: signed(VECTOR), body, atMs: atMs + 301_000 }],
    ["no id", { headers: signed(VECTOR).slice(1), body, atMs }],
  ])("%s is refused", async (_, proof) => {
    expect(await verify(auth, key, proof)).toEqual(expect.any(String));
  });

  test("a key that is empty once decoded is none", async () => {
    const empty = createHmac("sha256", "").update(`msg_1.${NOW_S}.${BODY}`).digest("base64");
    const headers: [string, string][] = [
      ["webhook-id", "msg_1"],
      ["webhook-timestamp", NOW_S],
      ["webhook-signature", `v1,${empty}`],
    ];
    expect(await verify(auth, { key: "whsec_" }, { headers })).toEqual(expect.any(String));
  });
});
