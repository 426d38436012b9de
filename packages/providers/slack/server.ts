import { z } from "zod";
import type { ProviderServer, VendorTrigger } from "../provider-server.ts";
import { SLACK_API } from "./api.ts";
import { matches, type SlackTriggerType } from "./matches.ts";
import { approvals } from "./server/approvals.ts";
import { base, checkFields, fields, guide, origins } from "./server/fields.ts";
import { identify } from "./server/identify.ts";
import { readCredential } from "./server/read-credential.ts";
import { read, receive } from "./server/receive.ts";

/** `C0123ABCD`. A name would be taken silently and never match. */
const slackId = z
  .string()
  .regex(/^[A-Z][A-Z0-9]+$/, "must be Slack's id (such as C0123ABCD or U0123ABCD), not a name")
  .optional();
const text = z.string().min(1).max(255);
const place = { channelId: slackId, userId: slackId };

const triggers = {
  onMessage: {
    input: z.strictObject({
      ...place,
      includeBots: z.boolean().optional(),
      subtypes: z.array(text).max(50).optional(),
    }),
    response: "ack",
  },
  onMention: { input: z.strictObject({ ...place, includeBots: z.boolean().optional() }), response: "ack" },
  onReaction: { input: z.strictObject({ ...place, reaction: text.optional() }), response: "ack" },
  onSlashCommand: {
    input: z.strictObject({ command: text.regex(/^\/\S+$/, "must be like /deploy") }),
    response: "handler",
  },
  onInteraction: {
    input: z.strictObject({ actionId: text.optional(), callbackId: text.optional() }),
    response: "handler",
  },
  onEvent: { input: z.strictObject({ type: text }), response: "ack" },
} as const satisfies Record<SlackTriggerType, VendorTrigger>;

/** Slack on the server: one app's bot, whose events come to an address that a person enters at Slack. */
export const slackServer: ProviderServer = {
  type: "slack",
  title: "Slack",
  guide,
  fields,
  triggers,
  showsEventUrl: true,
  checkFields,
  canonicalBase: SLACK_API,
  base,
  origins,
  authorize: (headers, { bot_token: token }) => headers.set("authorization", `Bearer ${token}`),
  identify,
  readCredential,
  receive,
  read,
  matches,
  approvals,
};
