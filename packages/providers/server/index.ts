import { githubServer } from "../github/server.ts";
import type { ProviderServer } from "../provider-server.ts";
import { slackServer } from "../slack/server.ts";

export * from "../provider-server.ts";

/** Every service that Floww knows. */
export const providerServers: readonly ProviderServer[] = [githubServer, slackServer];
