import { FlowwError } from "@floww/contract/errors";
import type { VendorClient } from "../../provider-server.ts";
import { at } from "../payloads.ts";

/** What Slack says when it is not the token's fault: https://docs.slack.dev/reference/methods/auth.test */
const PASSING: ReadonlySet<unknown> = new Set([
  "ratelimited",
  "internal_error",
  "fatal_error",
  "request_timeout",
  "service_unavailable",
]);

/**
 * Asks Slack whose bot token this is.
 *
 * @throws FlowwError PROVIDER_CREDENTIAL_REFUSED, PROVIDER_UNREACHABLE
 */
export async function identify(vendor: VendorClient): Promise<{ account: string }> {
  const response = await vendor.fetch("/auth.test", { method: "POST" });
  const answer: unknown = await response.json().catch(() => undefined);
  if (at(answer, "ok") === true) return { account: `${at(answer, "user")} in ${at(answer, "team")}` };
  const error = at(answer, "error");
  if (typeof error !== "string" || PASSING.has(error)) throw unreachable(response.status, error);
  throw new FlowwError("PROVIDER_CREDENTIAL_REFUSED", `Slack does not accept the bot token: ${error}.`, {
    fix: "Install the app to the workspace again (OAuth & Permissions) and copy its Bot User OAuth Token.",
  });
}

function unreachable(status: number, error: unknown): FlowwError {
  const said = typeof error === "string" ? `"${error}"` : `status ${status} and nothing that Slack would say`;
  return new FlowwError("PROVIDER_UNREACHABLE", `Slack answered auth.test with ${said}.`, {
    fix: "Try again later; if api_url is set, check that it is the address of Slack's Web API.",
  });
}
