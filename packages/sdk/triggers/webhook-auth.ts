import type { JsonObject, SecretField, WebhookAuth as WireAuth } from "@floww/contract/abi";
import { type Duration, durationMs } from "../durable/duration.ts";

/**
 * How callers prove who they are; the server checks it before anything is recorded as accepted, and answers 401 otherwise.
 * The value stands in a secret of the namespace, never in code: `secret.field("token")`. A secret's field may hold a list
 * of texts while they are rotated; any of them will do. Tokens and passwords are neither kept nor shown to the handler.
 *
 * @example
 * const shop = new Secret("shop", z.object({ signingKey: z.string() }));
 * builtin.triggers.onWebhook({
 *   auth: { signature: { key: shop.field("signingKey"), header: "x-shop-signature", prefix: "sha256=" } },
 *   handler: (ctx, event) => ({ received: event.body }),
 * });
 */
export type WebhookAuth =
  /** `Authorization: Bearer <token>`. */
  | { bearer: SecretField }
  /** `Authorization: Basic …`. */
  | { basic: { username: string; password: SecretField } }
  | { signature: WebhookSignature }
  /** As https://www.standardwebhooks.com has it; keys may begin with `whsec_`. */
  | { standardWebhooks: SecretField };

/** An HMAC over the raw body, in a header. */
export interface WebhookSignature {
  key: SecretField;
  header: string;
  /** Default: `sha256`. */
  algorithm?: "sha1" | "sha256" | "sha512";
  /** Default: `hex`. */
  encoding?: "hex" | "base64";
  /** What stands before the signature in its header, such as `sha256=`. */
  prefix?: string;
  /** Where the time of sending stands, in seconds since 1970, and how far it may be off. Default: five minutes. */
  timestamp?: { header: string; tolerance?: Duration };
  /** What is signed. Default: `{body}`; with a timestamp `{timestamp}.{body}`. */
  signed?: string;
}

const TOLERANCE: Duration = "5m";

export function wireAuth(auth: WebhookAuth): JsonObject {
  // The wire's types are JSON, which the compiler does not see in an object of theirs.
  return declared(auth) as unknown as JsonObject;
}

function declared(auth: WebhookAuth): WireAuth {
  if ("bearer" in auth) return { type: "bearer", token: auth.bearer };
  if ("basic" in auth) return { type: "basic", ...auth.basic };
  if ("standardWebhooks" in auth) return { type: "standard-webhooks", key: auth.standardWebhooks };
  const {
    key,
    header,
    algorithm = "sha256",
    encoding = "hex",
    prefix = "",
    timestamp,
    signed,
  } = auth.signature;
  return {
    type: "signature",
    key,
    header: header.toLowerCase(),
    algorithm,
    encoding,
    prefix,
    ...(timestamp === undefined
      ? {}
      : {
          timestamp: {
            header: timestamp.header.toLowerCase(),
            toleranceMs: durationMs(timestamp.tolerance ?? TOLERANCE),
          },
        }),
    signed: signed ?? (timestamp === undefined ? "{body}" : "{timestamp}.{body}"),
  };
}
