import { FlowwError } from "@floww/contract/errors";
import type { VendorClient } from "../../provider-server.ts";
import { apiBase } from "./addresses.ts";
import { askGitHub, whatGitHubSaid } from "./ask-github.ts";

/**
 * The account whose token it is.
 *
 * @throws FlowwError PROVIDER_CREDENTIAL_REFUSED, PROVIDER_UNREACHABLE
 */
export async function identify(vendor: VendorClient): Promise<{ account: string }> {
  const answer = await askGitHub(vendor, { method: "GET", path: "/user" });
  const { login } = (answer.body ?? {}) as { login?: unknown };
  if (answer.status === 200 && typeof login === "string") return { account: login };
  if (answer.status === 401 || answer.status === 403) {
    throw new FlowwError("PROVIDER_CREDENTIAL_REFUSED", `GitHub said: ${whatGitHubSaid(answer)}.`);
  }
  throw new FlowwError(
    "PROVIDER_UNREACHABLE",
    `${apiBase(vendor.fields)} does not answer as GitHub does: ${whatGitHubSaid(answer)}.`,
  );
}
