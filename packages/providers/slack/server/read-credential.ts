import type { CredentialState, VendorAnswerHead } from "../../provider-server.ts";
import { at } from "../payloads.ts";

/** What Slack says of a token that it takes no more: https://docs.slack.dev/reference/methods/auth.test#errors */
const REFUSED: ReadonlySet<unknown> = new Set([
  "token_expired",
  "token_revoked",
  "account_inactive",
  "invalid_auth",
]);

/** Slack answers with 200 whatever it says; `ok` comes first. */
export function readCredential({ status, head }: VendorAnswerHead): CredentialState | undefined {
  if (status !== 200) return undefined;
  if (/^\s*\{\s*"ok"\s*:\s*true\b/.test(head)) return { kind: "accepted" };
  const error = at(parse(head), "error");
  if (!REFUSED.has(error)) return undefined;
  return { kind: "refused", reason: `Slack does not accept the bot token any more (${error})` };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
