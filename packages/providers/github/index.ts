import { Provider, type ProviderOptions } from "@floww/sdk/provider";
import type { Octokit } from "@octokit/rest";
import { createGitHubActions, type GitHubActions } from "./actions.ts";
import { createClient } from "./client.ts";
import { createTriggers, type GitHubTriggers } from "./triggers.ts";

export type { GitHubActions } from "./actions.ts";
export type {
  ActionOf as GitHubAction,
  EventName as GitHubEventName,
  Payload as GitHubPayload,
} from "./events.ts";
export type { GitHubTriggers } from "./triggers.ts";

/**
 * GitHub, or a GitHub Enterprise server: which one, and as whom, is configured with Floww and never known to code.
 *
 * @example
 * const github = new GitHub();
 * github.triggers.onIssue({
 *   owner: "octo",
 *   repository: "hello",
 *   actions: ["opened"],
 *   handler: (ctx, event) => ctx.logger.info(event.body.issue.title),
 * });
 */
export class GitHub extends Provider {
  /** The official client, for whatever has no action here: `github.client.graphql(…)`, `github.client.paginate(…)`. */
  readonly client: Octokit;
  readonly triggers: GitHubTriggers;
  readonly actions: GitHubActions;

  /**
   * @param given Which of several configured GitHubs; default `default`.
   * @throws FlowwError NAME_INVALID
   */
  constructor(given?: string | ProviderOptions) {
    super("github", given);
    this.client = createClient(this.connection);
    this.triggers = createTriggers(this.connection);
    this.actions = createGitHubActions(this.client);
  }
}
