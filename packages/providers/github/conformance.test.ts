import { createHmac } from "node:crypto";
import { describeProvider } from "../conformance.ts";
import type { VendorRequest } from "../provider-server.ts";
import { githubServer } from "./server.ts";

const secret = "It's a Secret to Everybody";
const push = JSON.stringify({
  ref: "refs/heads/main",
  repository: { name: "hello", full_name: "octo/hello", owner: { login: "octo" } },
});

function delivery(event: string, text: string): VendorRequest {
  const body = Buffer.from(text);
  return {
    method: "POST",
    headers: [
      ["content-type", "application/json"],
      ["x-github-event", event],
      ["x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"],
      ["x-hub-signature-256", `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`],
    ],
    body,
    receivedAtMs: Date.now(),
  };
}

describeProvider({
  server: githubServer,
  fields: { access_token: "ghp_canary" },
  secrets: { fields: { access_token: "ghp_canary" }, registration: secret },
  signed: () => delivery("push", push),
  repeated: () => delivery("push", push),
  handshake: () => delivery("ping", '{"zen":"Keep it logically awesome."}'),
  outboxPage: (page) =>
    Response.json(
      [0, 1].map((index) => ({
        id: 1_000_000 - 2 * page - index,
        guid: `guid-${page}-${index}`,
        delivered_at: new Date(Date.UTC(2026, 0, 1) - 1_000 * (2 * page + index)).toISOString(),
        event: "push",
      })),
      { headers: { link: `<https://api.github.com/x?cursor=v1_${page}>; rel="next"` } },
    ),
  refusing: { status: 401, headers: new Headers(), head: '{"message":"Bad credentials"}' },
  accepting: { status: 200, headers: new Headers(), head: "[]" },
  signatureHeader: "x-hub-signature-256",
  wanting: { type: "onPush", input: { owner: "octo", repository: "hello", branch: "main" } },
  ignoring: { type: "onPush", input: { owner: "octo", repository: "hello", branch: "next" } },
});
