import { createHmac } from "node:crypto";
import { describeProvider } from "../conformance.ts";
import type { VendorRequest } from "../provider-server.ts";
import { slackServer } from "./server.ts";

const fields = { bot_token: "xoxb-canary", signing_secret: "8f742231b10e8888abcd99yyyzzz85a5" };
const receivedAtMs = 1_531_420_618_000;

function delivery(payload: object, retry?: number): VendorRequest {
  const body = Buffer.from(JSON.stringify(payload));
  const time = String(receivedAtMs / 1_000);
  const base = Buffer.concat([Buffer.from(`v0:${time}:`), body]);
  return {
    method: "POST",
    headers: [
      ["content-type", "application/json"],
      ["x-slack-request-timestamp", time],
      ["x-slack-signature", `v0=${createHmac("sha256", fields.signing_secret).update(base).digest("hex")}`],
      ...(retry === undefined ? [] : [["x-slack-retry-num", String(retry)] as const]),
    ],
    body,
    receivedAtMs,
  };
}

const message = {
  type: "event_callback",
  event_id: "Ev0PV52K21",
  team_id: "T1",
  event: { type: "message", channel: "C1", user: "U1", text: "hello", ts: "1.0" },
};

describeProvider({
  server: slackServer,
  fields,
  secrets: { fields },
  signed: () => delivery(message),
  repeated: () => delivery(message, 1),
  handshake: () =>
    delivery({ type: "url_verification", challenge: "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P" }),
  signatureHeader: "x-slack-signature",
  wanting: { type: "onMessage", input: { channelId: "C1" } },
  ignoring: { type: "onMessage", input: { channelId: "C2" } },
});
