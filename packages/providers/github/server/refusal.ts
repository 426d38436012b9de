import { FlowwError } from "@floww/contract/errors";
import { type GitHubAnswer, whatGitHubSaid } from "./ask-github.ts";

/** What was tried at GitHub, where. */
export interface Attempt {
  target: string;
  doing: "create" | "change" | "remove" | "look at" | "list" | "ask again for a delivery of";
}

/** What GitHub did not do, in its own words, and what is missing. */
export function refusal(answer: GitHubAnswer, { target, doing }: Attempt): FlowwError {
  const what = doing === "list" ? `list the webhooks of ${target}` : `${doing} the webhook of ${target}`;
  const message = `Could not ${what}. GitHub said: ${whatGitHubSaid(answer)}.`;
  // GitHub answers 404 for what a token may not know of, and 403 also to who calls too often.
  const isAboutRights = [401, 403, 404].includes(answer.status) && !isPaused(answer);
  return new FlowwError(
    "REGISTRATION_FAILED",
    message,
    isAboutRights ? { fix: missingRight(answer, target) } : {},
  );
}

function isPaused({ headers }: GitHubAnswer): boolean {
  return headers.has("retry-after") || headers.get("x-ratelimit-remaining") === "0";
}

function missingRight({ headers }: GitHubAnswer, target: string): string {
  const scopes = headers.get("x-oauth-scopes");
  const has = scopes === null ? "" : ` This token has: ${scopes.slice(0, 200) || "no scope"}.`;
  return `Check that ${target} exists, that the token's account administers it, and that the token may manage its webhooks: the scope admin:repo_hook, or for a fine-grained token the permission "Webhooks: read and write" on this repository.${has} Then deploy again; the old version stays live.`;
}
