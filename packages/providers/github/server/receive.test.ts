import { createHmac, randomBytes } from "node:crypto";
import { Webhooks } from "@octokit/webhooks";
import { expect, test } from "vitest";
import type { VendorRequest } from "../../provider-server.ts";
import { githubServer } from "../server.ts";

const SECRET = "It's a Secret to Everybody";
const webhooks = new Webhooks({ secret: SECRET });
const JSON_TYPE: [string, string] = ["content-type", "application/json"];

interface Delivery {
  body: string | Uint8Array;
  signature?: string | readonly string[];
  headers?: readonly (readonly [string, string])[];
}

function request({ body, signature = [], headers = [JSON_TYPE] }: Delivery): VendorRequest {
  const signatures = (typeof signature === "string" ? [signature] : signature).map(
    (value) => ["x-hub-signature-256", value] as const,
  );
  return {
    method: "POST",
    headers: [["x-github-event", "push"], ["x-github-delivery", "d-1"], ...headers, ...signatures],
    body: typeof body === "string" ? new TextEncoder().encode(body) : body,
    receivedAtMs: 0,
  };
}

function receive(delivery: Delivery, registration: string | undefined = SECRET) {
  return githubServer.receive(request(delivery), {
    fields: {},
    ...(registration === undefined ? {} : { registration }),
  });
}

function sign(body: string | Uint8Array, secret = SECRET): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

const REFUSED_SIGNATURE = { kind: "refused", reason: "the signature does not fit the body" };
const REFUSED_BODY = { kind: "refused", reason: "the body is no GitHub payload" };

test("GitHub's documented signature is accepted: what is wrong is only that its body is no payload", () => {
  const signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  expect(receive({ body: "Hello, World!", signature })).toEqual(REFUSED_BODY);
  expect(receive({ body: "Hello, World?", signature })).toEqual(REFUSED_SIGNATURE);
  expect(receive({ body: "Hello, World!", signature }, `${SECRET}!`)).toEqual(REFUSED_SIGNATURE);
});

test("a signed event has GitHub's name, its payload and the delivery's id", () => {
  const body = '{"ref": "refs/heads/main", "__proto__": {"a": 1}}';
  const received = receive({ body, signature: sign(body) });
  expect(received).toMatchObject({ kind: "event", deliveryId: "d-1", event: { name: "push" } });
  expect(received).toHaveProperty("event.body.ref", "refs/heads/main");
  expect(({} as { a?: number }).a).toBeUndefined();
});

test("what the vendor's own library signs is accepted, and re-serialised it is not", async () => {
  for (let round = 0; round < 50; round++) {
    const text = randomBytes(round).toString("utf8").replaceAll("\0", " ");
    const body = `{ "round": ${round}, "text": ${JSON.stringify(text)} }`;
    const signature = await webhooks.sign(body);
    expect(receive({ body, signature })).toMatchObject({ kind: "event", event: { body: { round, text } } });
    const again = JSON.stringify(JSON.parse(body));
    expect(receive({ body: again, signature })).toEqual(REFUSED_SIGNATURE);
    expect(await webhooks.verify(again, signature)).toBe(false);
  }
});

test("the signature is over the bytes: those that are no text are verified as they are, then refused as a payload", () => {
  for (let round = 0; round < 50; round++) {
    const body = Buffer.concat([randomBytes(round), Buffer.from([0xff])]);
    expect(receive({ body, signature: sign(body) })).toEqual(REFUSED_BODY);
    // What decoding and encoding again would make of it.
    const asText = Buffer.from(body.toString("utf8"));
    expect(receive({ body: asText, signature: sign(body) })).toEqual(REFUSED_SIGNATURE);
  }
});

test("JSON that is not UTF-8 is refused rather than changed", () => {
  const body = Buffer.from([...Buffer.from('{"a":"'), 0xff, ...Buffer.from('"}')]);
  expect(receive({ body, signature: sign(body) })).toEqual(REFUSED_BODY);
});

test("a form's payload is read as the JSON that it holds", () => {
  const headers = [["content-type", "application/x-www-form-urlencoded; charset=utf-8"]] as const;
  const once = `payload=${encodeURIComponent('{"action":"opened"}')}`;
  expect(receive({ body: once, signature: sign(once), headers })).toMatchObject({
    kind: "event",
    event: { body: { action: "opened" } },
  });
  for (const body of [`${once}&${once}`, "other=1", "payload=1", "payload="]) {
    expect(receive({ body, signature: sign(body), headers })).toEqual(REFUSED_BODY);
  }
});

test("anything but one whole signature is refused", async () => {
  const body = "{}";
  const right = sign(body);
  const hex = right.slice("sha256=".length);
  const wrong = {
    none: [],
    empty: "",
    twice: [right, right],
    "the wrong one first": [sign("other"), right],
    joined: `${right}, ${right}`,
    truncated: right.slice(0, -1),
    "a byte short": right.slice(0, -2),
    longer: `${right}00`,
    "without its name": hex,
    "another name": `sha1=${hex}`,
    "upper case": `sha256=${hex.toUpperCase()}`,
    "no hex": `sha256=${"z".repeat(64)}`,
    "a line more": `${right}\n`,
    "another secret's": sign(body, "other"),
  };
  for (const [name, signature] of Object.entries(wrong))
    expect(receive({ body, signature }), name).toMatchObject({ kind: "refused" });
  expect(receive({ body, signature: right })).toMatchObject({ kind: "event" });
});

test("SHA-1's header alone is refused, and beside the right one it says nothing", () => {
  const body = "{}";
  const sha1 = ["x-hub-signature", `sha1=${createHmac("sha1", SECRET).update(body).digest("hex")}`] as const;
  expect(receive({ body, headers: [JSON_TYPE, sha1] })).toMatchObject({ kind: "refused" });
  expect(
    receive({ body, signature: sign(body), headers: [JSON_TYPE, ["x-hub-signature", "sha1=0"]] }),
  ).toMatchObject({
    kind: "event",
  });
});

test("a secret that is missing or empty refuses, also what an empty key signs", () => {
  const body = "{}";
  const signature = sign(body, "");
  expect(receive({ body, signature }, "")).toMatchObject({ kind: "refused" });
  const lent = { fields: { access_token: "" } };
  expect(githubServer.receive(request({ body, signature }), lent)).toMatchObject({ kind: "refused" });
});

test("a ping is a handshake, but only a signed one", () => {
  const ping = (signature: string) => ({
    ...request({ body: "{}", signature }),
    headers: [["x-github-event", "ping"] as const, ["x-hub-signature-256", signature] as const],
  });
  const secrets = { fields: {}, registration: SECRET };
  expect(githubServer.receive(ping(sign("{}")), secrets)).toMatchObject({
    kind: "handshake",
    answer: { status: 200 },
  });
  expect(githubServer.receive(ping(sign("{} ")), secrets)).toEqual(REFUSED_SIGNATURE);
});

test("a delivery names one event, one id and one content type", () => {
  const secrets = { fields: {}, registration: SECRET };
  const { headers, ...rest } = request({ body: "{}", signature: sign("{}") });
  const others: [string, string][] = [
    ["x-github-event", "issues"],
    ["x-github-delivery", "d-2"],
    ["content-type", "application/x-www-form-urlencoded"],
  ];
  for (const other of others) {
    const twice = { ...rest, headers: [...headers, other] };
    expect(githubServer.receive(twice, secrets), other[0]).toMatchObject({ kind: "refused" });
  }
  for (const missing of ["x-github-event", "x-github-delivery"]) {
    const less = { ...rest, headers: headers.filter(([name]) => name !== missing) };
    expect(githubServer.receive(less, secrets), missing).toMatchObject({ kind: "refused" });
  }
});

test("a signed body that is no JSON object is refused without a word of it", () => {
  for (const body of ["", "{", '{"secret-word"', "null", "[]", '"text"', "1e400", "[".repeat(100_000)]) {
    expect(receive({ body, signature: sign(body) }), body.slice(0, 20)).toEqual(REFUSED_BODY);
  }
});
