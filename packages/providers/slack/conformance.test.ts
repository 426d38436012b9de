import { createHmac } from "node:crypto";
import { describeProvider } from "../conformance.ts";
import type { VendorRequest } from "../provider-server.ts";
import { questionBlocks } from "./approval-message.ts";
import { slackServer } from "./server.ts";

const fields = { bot_token: "xoxb-canary", signing_secret: "8f742231b10e8888abcd99yyyzzz85a5" };
const receivedAtMs = 1_531_420_618_000;

function delivery(payload: object, retry?: number): VendorRequest {
  return signed(JSON.stringify(payload), "application/json", retry);
}

function signed(text: string, type: string, retry?: number): VendorRequest {
  const body = Buffer.from(text);
  const time = String(receivedAtMs / 1_000);
  const base = Buffer.concat([Buffer.from(`v0:${time}:`), body]);
  return {
    method: "POST",
    headers: [
      ["content-type", type],
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

/** As Slack sends a press of a button that `requestApproval` made. */
function pressed(token: unknown): VendorRequest {
  const blocks = questionBlocks({ title: "Ship?", url: "https://floww.test/approvals?token=token-1" });
  const payload = {
    type: "block_actions",
    trigger_id: "13345224609.738474920.8088930838d88f008e0",
    user: { id: "U1", username: "ada", name: "ada", team_id: "T1" },
    container: { type: "message", channel_id: "C1", message_ts: "1700000000.000100" },
    message: { ts: "1700000000.000100", text: "Ship?", blocks },
    actions: [{ type: "button", action_id: "floww.approve", block_id: "floww.block.buttons", value: token }],
  };
  const form = new URLSearchParams({ payload: JSON.stringify(payload) });
  return signed(form.toString(), "application/x-www-form-urlencoded");
}

describeProvider({
  server: slackServer,
  fields,
  secrets: { fields },
  signed: () => delivery(message),
  repeated: () => delivery(message, 1),
  handshake: () =>
    delivery({ type: "url_verification", challenge: "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P" }),
  pressed,
  rewritten: () => Response.json({ ok: true }),
  refusing: { status: 200, headers: new Headers(), head: '{"ok":false,"error":"token_expired"}' },
  accepting: { status: 200, headers: new Headers(), head: '{"ok":true,"url":"https://acme.slack.com/' },
  signatureHeader: "x-slack-signature",
  wanting: { type: "onMessage", input: { channelId: "C1" } },
  ignoring: { type: "onMessage", input: { channelId: "C2" } },
});
