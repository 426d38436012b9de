import * as z from "zod";
import { limits } from "../limits.ts";
import type { WebhookAuth } from "./abi.ts";

/** How a webhook knows its callers, as it stands in a manifest: the SDK writes it, the server parses and checks by it. */

/** A `SecretField` of the ABI. */
const secretField = z.strictObject({
  name: z.string().max(63),
  credential: z.string().max(63),
  field: z.string().min(1).max(128),
});

const header = z.string().regex(/^[!#$%&'*+.^_`|~0-9a-z-]{1,100}$/, "must be a header's name in lower case");

export const webhookAuth: z.ZodType<WebhookAuth> = z.discriminatedUnion("type", [
  /** `Authorization: Bearer <token>` (RFC 6750). */
  z.strictObject({ type: z.literal("bearer"), token: secretField }),
  /** `Authorization: Basic …` (RFC 7617). */
  z.strictObject({
    type: z.literal("basic"),
    username: z
      .string()
      .min(1)
      .max(256)
      .regex(/^[^:\u0000-\u001f\u007f]+$/, "must hold no colon"),
    password: secretField,
  }),
  /** An HMAC over the raw body, in a header. */
  z
    .strictObject({
      type: z.literal("signature"),
      key: secretField,
      header,
      algorithm: z.enum(["sha1", "sha256", "sha512"]),
      encoding: z.enum(["hex", "base64"]),
      /** What stands before the signature in its header: `sha256=`. */
      prefix: z.string().max(64),
      /** Where the time of sending stands, in seconds since 1970, and how far it may be off; it must be signed along. */
      timestamp: z.exactOptional(
        z.strictObject({ header, toleranceMs: z.number().int().min(1_000).max(limits.signatureAgeMsMax) }),
      ),
      /** What is signed: `{body}` stands for the raw body, `{timestamp}` for the time's header as it came. */
      signed: z
        .string()
        .max(256)
        .regex(
          /^[^{}]*(\{timestamp\}[^{}]*)?\{body\}[^{}]*$/,
          "must hold {body} once, {timestamp} before it and no other braces",
        ),
    })
    .refine(({ timestamp, signed }) => (timestamp !== undefined) === signed.includes("{timestamp}"), {
      message: "must sign the timestamp that it names: an unsigned one proves nothing",
      path: ["signed"],
    }),
  /** https://www.standardwebhooks.com: id, time within five minutes and body, by `webhook-id`, `-timestamp`, `-signature`. */
  z.strictObject({ type: z.literal("standard-webhooks"), key: secretField }),
]);
