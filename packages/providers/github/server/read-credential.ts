import type { CredentialState, VendorAnswerHead } from "../../provider-server.ts";

const EXPIRES = "github-authentication-token-expiration";
/** `2026-12-01 08:00:00 UTC`, `2026-12-01 08:00:00 +0200`. */
const INSTANT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (UTC|[+-]\d{4})$/;

/** GitHub says 401 for a token that it does not know or that has expired, and in a header when it will expire. */
export function readCredential({ status, headers }: VendorAnswerHead): CredentialState | undefined {
  if (status === 401) return { kind: "refused", reason: "GitHub does not accept the access token any more" };
  if (status < 200 || status > 299) return undefined;
  const told = headers.get(EXPIRES) ?? "";
  const expiresAt = INSTANT.test(told) ? new Date(told) : undefined;
  return expiresAt === undefined || Number.isNaN(expiresAt.getTime())
    ? { kind: "accepted" }
    : { kind: "accepted", expiresAt };
}
