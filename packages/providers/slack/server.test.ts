import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Received, VendorClient, VendorRequest } from "../provider-server.ts";
import { slackServer } from "./server.ts";

/** The example of https://docs.slack.dev/authentication/verifying-requests-from-slack, byte for byte. */
const documented = {
  secret: "8f742231b10e8888abcd99yyyzzz85a5",
  timestamp: "1531420618",
  signature: "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
  body:
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V" +
    "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=" +
    "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN" +
    "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
};
const FORM = "application/x-www-form-urlencoded";
const signedAtMs = Number(documented.timestamp) * 1000;
const secrets = { fields: { bot_token: "xoxb-1", signing_secret: documented.secret } };

interface Sent {
  body: string;
  type?: string;
  headers?: [string, string][];
  receivedAtMs?: number;
}

function request({ body, type = FORM, headers, receivedAtMs = signedAtMs }: Sent): VendorRequest {
  const signed = headers ?? [
    ["x-slack-request-timestamp", documented.timestamp],
    ["x-slack-signature", sign(body)],
  ];
  return {
    method: "POST",
    headers: [["content-type", type], ...signed],
    body: Buffer.from(body),
    receivedAtMs,
  };
}

function sign(body: string): string {
  const mac = createHmac("sha256", documented.secret).update(`v0:${documented.timestamp}:${body}`);
  return `v0=${mac.digest("hex")}`;
}

function receive(sent: Sent): Received {
  return slackServer.receive(request(sent), secrets);
}

function receiveJson(body: unknown): Received {
  return receive({ body: JSON.stringify(body), type: "application/json" });
}

describe("the signature", () => {
  const own: [string, string][] = [
    ["x-slack-request-timestamp", documented.timestamp],
    ["x-slack-signature", documented.signature],
  ];
  const [timestamp, signature] = own as [[string, string], [string, string]];

  test("of Slack's documented example holds, and the example is a slash command", () => {
    expect(receive({ body: documented.body, headers: own })).toMatchObject({
      kind: "event",
      event: { name: "slash_command", body: { command: "/webhook-collect", text: "", user_id: "U2CERLKJA" } },
      deliveryId: "398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
    });
  });

  test.each([-300, 0, 300])("holds %i s away from its timestamp", (seconds) => {
    const receivedAtMs = signedAtMs + seconds * 1000;
    expect(receive({ body: documented.body, headers: own, receivedAtMs }).kind).toBe("event");
  });

  const refused: [name: string, sent: Partial<Sent>, reason: string][] = [
    ["301 s late", { receivedAtMs: signedAtMs + 301_000 }, "301 s away"],
    ["301 s early", { receivedAtMs: signedAtMs - 301_000 }, "301 s away"],
    ["no signature", { headers: [timestamp] }, "0 headers X-Slack-Signature"],
    ["no timestamp", { headers: [signature] }, "0 headers X-Slack-Request-Timestamp"],
    ["two equal signatures", { headers: [...own, signature] }, "2 headers X-Slack-Signature"],
    ["two timestamps", { headers: [...own, timestamp] }, "2 headers X-Slack-Request-Timestamp"],
    [
      "two signatures in one",
      { headers: [timestamp, [signature[0], `${signature[1]}, ${signature[1]}`]] },
      "v0=",
    ],
    ["a truncated signature", { headers: [timestamp, [signature[0], signature[1].slice(0, -1)]] }, "v0="],
    ["an empty signature", { headers: [timestamp, [signature[0], ""]] }, "v0="],
    ["another version", { headers: [timestamp, [signature[0], signature[1].replace("v0", "v1")]] }, "v0="],
    ["a timestamp in words", { headers: [["x-slack-request-timestamp", "now"], signature] }, "no time"],
    [
      "another timestamp",
      { headers: [["x-slack-request-timestamp", "1531420619"], signature] },
      "another body",
    ],
    [
      "one digit off",
      { headers: [timestamp, [signature[0], signature[1].replace(/3$/, "4")]] },
      "another body",
    ],
    ["a byte more", { body: `${documented.body}&` }, "another body"],
    [
      "the same fields, written anew",
      { body: new URLSearchParams([...new URLSearchParams(documented.body)].toReversed()).toString() },
      "another body",
    ],
  ];
  test.each(refused)("%s: refused", (_name, sent, reason) => {
    const received = receive({ body: documented.body, headers: own, ...sent });
    expect(received).toEqual({ kind: "refused", reason: expect.stringContaining(reason) });
  });

  test("the same JSON, written anew, is refused", () => {
    const [sent, rewritten] = ['{"type": "event_callback"}', '{"type":"event_callback"}'];
    const headers: [string, string][] = [timestamp, ["x-slack-signature", sign(sent)]];
    expect(receive({ body: sent, headers, type: "application/json" }).kind).toBe("handshake");
    expect(receive({ body: rewritten, headers, type: "application/json" }).kind).toBe("refused");
  });

  test.each([{ bot_token: "xoxb-1" }, { bot_token: "xoxb-1", signing_secret: "" }])(
    "without a signing secret nothing is Slack's, not even what an empty secret signs",
    (fields) => {
      const mac = createHmac("sha256", "").update(`v0:${documented.timestamp}:${documented.body}`);
      const headers: [string, string][] = [timestamp, ["x-slack-signature", `v0=${mac.digest("hex")}`]];
      const received = slackServer.receive(request({ body: documented.body, headers }), { fields });
      expect(received).toEqual({ kind: "refused", reason: expect.stringContaining("no signing secret") });
    },
  );
});

describe("what arrives", () => {
  const handshake = { type: "url_verification", token: "t", challenge: "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd" };

  test("a signed handshake gets its challenge back as text", () => {
    expect(receiveJson(handshake)).toEqual({
      kind: "handshake",
      answer: {
        status: 200,
        headers: [["content-type", "text/plain; charset=utf-8"]],
        body: "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd",
      },
    });
  });

  test("an unsigned handshake is refused", () => {
    const sent = { body: JSON.stringify(handshake), type: "application/json", headers: [] };
    expect(receive(sent).kind).toBe("refused");
  });

  test("an event goes by its inner type and its event id, which a retry repeats", () => {
    const body = {
      type: "event_callback",
      team_id: "T1",
      event_id: "Ev1",
      event: { type: "message", text: "hi" },
    };
    const event = { kind: "event", event: { name: "message", body }, deliveryId: "Ev1" };
    expect(receiveJson(body)).toEqual(event);
    const { headers, ...again } = request({
      body: JSON.stringify(body),
      type: "application/json; charset=utf-8",
    });
    const retry: VendorRequest = { ...again, headers: [...headers, ["x-slack-retry-num", "1"]] };
    expect(slackServer.receive(retry, secrets)).toEqual(event);
  });

  test("an interaction goes by its type and its trigger id", () => {
    const payload = { type: "block_actions", trigger_id: "1.2.3", actions: [{ action_id: "approve" }] };
    expect(receive({ body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString() })).toEqual({
      kind: "event",
      event: { name: "interaction.block_actions", body: payload },
      deliveryId: "1.2.3",
    });
  });

  describe("a press of a button that we made", () => {
    const press = {
      type: "block_actions",
      trigger_id: "1.2.3",
      user: { id: "U1", username: "ada", name: "other" },
      state: {
        values: { "floww.comment": { "floww.comment": { type: "plain_text_input", value: "fine" } } },
      },
      actions: [{ action_id: "floww.decline", value: "token-1" }],
    };
    const receivePress = (changed: object) =>
      receive({
        body: new URLSearchParams({ payload: JSON.stringify({ ...press, ...changed }) }).toString(),
      });

    test("decides, as the person that Slack names, with what they wrote", () => {
      expect(receivePress({})).toEqual({
        kind: "approval",
        event: { name: "interaction.block_actions", body: press },
        deliveryId: "1.2.3",
        decision: { token: "token-1", approved: false, by: "ada (U1)", comment: "fine" },
        answer: { status: 200, headers: [], body: "" },
      });
    });

    const people: [user: unknown, by: string, token: string][] = [
      [{ id: "U1" }, "U1", "token-1"],
      [{ id: "U1", name: "ada" }, "ada (U1)", "token-1"],
      [{ id: "U1", username: 7 }, "U1", "token-1"],
      [{ id: "U1", username: "x".repeat(300) }, `${"x".repeat(200)} (U1)`, "token-1"],
      [{ username: "ada" }, "", ""],
      [null, "", ""],
    ];
    test.each(people)("by %o is by %j", (user, by, token) => {
      expect(receivePress({ user })).toMatchObject({ kind: "approval", decision: { by, token } });
    });

    test.each([
      { type: "view_submission" },
      { actions: [{ action_id: "approve", value: "token-1" }] },
      { actions: [{ action_id: "floww.approve.mine", value: "token-1" }] },
      { actions: { action_id: "floww.approve" } },
      { actions: null },
      { actions: [null, 7] },
    ])("%o is the triggers' as before", (changed) => {
      expect(receivePress(changed).kind).toBe("event");
    });
  });

  test("an interaction without a trigger id is an event without a delivery id", () => {
    const received = receive({ body: new URLSearchParams({ payload: '{"type":"view_closed"}' }).toString() });
    expect(received).toEqual({
      kind: "event",
      event: { name: "interaction.view_closed", body: { type: "view_closed" } },
    });
  });

  const nothing: [string, Sent][] = [
    ["a probe of the certificate", { body: "ssl_check=1&token=t" }],
    ["a kind of request to come", { body: '{"type":"app_rate_limited"}', type: "application/json" }],
    ["an event without a type", { body: '{"type":"event_callback","event":{}}', type: "application/json" }],
    ["broken JSON", { body: '{"type":', type: "application/json" }],
    ["JSON that is no object", { body: "null", type: "application/json" }],
    ["a broken payload", { body: "payload=%7B" }],
    ["a payload without a type", { body: "payload=%7B%7D" }],
    ["no content type", { body: "x", type: "" }],
    ["nothing at all", { body: "", type: "application/json" }],
  ];
  test.each(nothing)("%s, if signed, is answered with an empty 200", (_name, sent) => {
    expect(receive(sent)).toEqual({ kind: "handshake", answer: { status: 200, headers: [], body: "" } });
  });

  test("bytes that are not UTF-8, if signed, are answered with an empty 200", () => {
    const body = Buffer.from([0x7b, 0xff, 0x7d]);
    const mac = createHmac("sha256", documented.secret).update(`v0:${documented.timestamp}:`).update(body);
    const headers: [string, string][] = [
      ["content-type", "application/json"],
      ["x-slack-request-timestamp", documented.timestamp],
      ["x-slack-signature", `v0=${mac.digest("hex")}`],
    ];
    const received = slackServer.receive(
      { method: "POST", headers, body, receivedAtMs: signedAtMs },
      secrets,
    );
    expect(received.kind).toBe("handshake");
  });

  test("a form's field called __proto__ is a field", () => {
    const received = receive({ body: "command=%2Fa&__proto__=b" });
    expect(Object.keys((received as { event: { body: object } }).event.body)).toEqual([
      "command",
      "__proto__",
    ]);
  });
});

describe("the set-up", () => {
  const check = (fields: Record<string, string>) => () =>
    slackServer.checkFields!({ bot_token: "xoxb-1", signing_secret: "s", ...fields });

  test.each([
    {},
    { workspace_url: "https://acme.slack.com" },
    { api_url: "https://slack-gov.com/api" },
    { api_url: "http://127.0.0.1:4003/api" },
  ])("takes %o", (fields) => {
    expect(check(fields)).not.toThrow();
  });

  test.each([
    [{ bot_token: "" }, "bot_token is missing"],
    [{ bot_token: "xoxb-1\nx-evil: 1" }, "bot_token has spaces"],
    [{ bot_token: "xapp-1" }, "app-level token"],
    [{ signing_secret: "a b" }, "signing_secret has spaces"],
    [{ workspace_url: "acme" }, 'workspace_url is no address: "acme"'],
    [{ workspace_url: "http://127.0.0.1" }, "workspace_url must start with https://"],
    [{ api_url: "http://slack.example/api" }, "api_url must start with https://"],
    [{ api_url: "https://me:secret@slack.com/api" }, "no user, no password"],
    [{ api_url: "https://slack.com/api?x" }, "api_url must be an address only"],
  ])("refuses %o", (fields, message) => {
    const error = { code: "PROVIDER_FIELDS_INVALID", message: expect.stringContaining(message) };
    expect(check(fields as Record<string, string>)).toThrow(expect.objectContaining(error));
  });

  test.each([{ bot_token: "canary 1" }, { signing_secret: "canary 1" }, { bot_token: "xapp-canary" }])(
    "a refusal does not show the secret",
    (fields) => {
      const message = expect.not.stringContaining("canary");
      expect(check(fields as Record<string, string>)).toThrow(expect.objectContaining({ message }));
    },
  );

  test("the token goes to Slack's API and to where Slack keeps files, or only to the address that was given", () => {
    expect(slackServer.origins({})).toEqual(["https://slack.com", "https://files.slack.com"]);
    expect(slackServer.base({})).toBe(slackServer.canonicalBase);
    const government = { api_url: "https://slack-gov.com/api/" };
    expect(slackServer.origins(government)).toEqual(["https://slack-gov.com", "https://files.slack-gov.com"]);
    expect(slackServer.base(government)).toBe("https://slack-gov.com/api");
    expect(slackServer.origins({ api_url: "http://127.0.0.1:4003/api" })).toEqual(["http://127.0.0.1:4003"]);
  });

  test("the token is added as Slack wants it, in the place of any other", () => {
    const headers = new Headers({ authorization: "Bearer forged" });
    slackServer.authorize(headers, { bot_token: "xoxb-1" });
    expect(headers.get("authorization")).toBe("Bearer xoxb-1");
  });

  const identify = (answer: Response) => {
    const fetch: VendorClient["fetch"] = async (url, init) => {
      expect([url, init?.method]).toEqual(["/auth.test", "POST"]);
      return answer;
    };
    return slackServer.identify({ fields: {}, fetch });
  };

  test("the account is bot and workspace", async () => {
    const answer = Response.json({ ok: true, user: "helper", team: "Acme", team_id: "T1" });
    expect(await identify(answer)).toEqual({ account: "helper in Acme" });
  });

  test.each([
    [Response.json({ ok: false, error: "invalid_auth" }), "PROVIDER_CREDENTIAL_REFUSED", "invalid_auth"],
    [
      Response.json({ ok: false, error: "account_inactive" }),
      "PROVIDER_CREDENTIAL_REFUSED",
      "account_inactive",
    ],
    [Response.json({ ok: false, error: "internal_error" }), "PROVIDER_UNREACHABLE", '"internal_error"'],
    [
      Response.json({ ok: false, error: "ratelimited" }, { status: 429 }),
      "PROVIDER_UNREACHABLE",
      "ratelimited",
    ],
    [new Response("<html>", { status: 503 }), "PROVIDER_UNREACHABLE", "status 503"],
  ])("%#: what Slack says instead is told apart", async (answer, code, message) => {
    await expect(identify(answer)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
