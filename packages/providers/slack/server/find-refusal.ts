import { createHmac, timingSafeEqual } from "node:crypto";
import type { VendorRequest } from "../../provider-server.ts";

const AGE_MS_MAX = 5 * 60 * 1000;
const SIGNATURE = /^v0=([0-9a-f]{64})$/;
const TIMESTAMP = /^\d{1,12}$/;

/**
 * Why a request is not Slack's; undefined when it is. Slack signs `v0:<timestamp>:<body>` with the app's signing secret:
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function findRefusal(request: VendorRequest, secret: string | undefined): string | undefined {
  if (!secret) return "the provider has no signing secret";
  const timestamps = valuesOf(request, "x-slack-request-timestamp");
  const signatures = valuesOf(request, "x-slack-signature");
  // One of each: of two, this side and a proxy before it could each look at another.
  if (timestamps.length !== 1) return `${timestamps.length} headers X-Slack-Request-Timestamp instead of one`;
  if (signatures.length !== 1) return `${signatures.length} headers X-Slack-Signature instead of one`;
  const [timestamp = ""] = timestamps;
  if (!TIMESTAMP.test(timestamp)) return "X-Slack-Request-Timestamp is no time in seconds";
  const offMs = Math.abs(request.receivedAtMs - Number(timestamp) * 1000);
  if (offMs > AGE_MS_MAX) return `the request was signed ${Math.floor(offMs / 1000)} s away from now`;
  const given = signatures[0]!.match(SIGNATURE)?.[1];
  if (given === undefined) return "X-Slack-Signature is not v0= and 64 hexadecimal digits";
  const wanted = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(request.body).digest();
  return timingSafeEqual(wanted, Buffer.from(given, "hex"))
    ? undefined
    : "the signature is of another body or secret";
}

function valuesOf({ headers }: VendorRequest, wanted: string): string[] {
  return headers.filter(([name]) => name === wanted).map(([, value]) => value);
}
