import { type ActionsOf, createActions, Provider, type ProviderOptions } from "@floww/sdk/provider";
import type { WebClient } from "@slack/web-api";
import { actions } from "./actions.ts";
import { createClient } from "./client.ts";
import { createTriggers } from "./create-triggers.ts";
import type { SlackTriggers } from "./triggers.ts";

export type * from "./events.ts";
export type * from "./triggers.ts";

/**
 * A Slack app's bot. `floww providers set slack` configures it; its token stays on the server.
 *
 * @example
 * const slack = new Slack();
 * slack.triggers.onMention({
 *   handler: async (ctx, event) => {
 *     const { channel, ts } = event.body.event;
 *     await slack.actions.addReaction({ channelId: channel, ts, reaction: "eyes" });
 *   },
 * });
 */
export class Slack extends Provider {
  readonly triggers: SlackTriggers;
  readonly actions: ActionsOf<typeof actions>;
  /** Slack's own client, for everything else: `slack.client.pins.add({ … })`. */
  readonly client: WebClient;

  /** @param given which of several configured providers; default `default`. @throws FlowwError NAME_INVALID */
  constructor(given?: string | ProviderOptions) {
    super("slack", given);
    this.triggers = createTriggers(this.connection);
    this.client = createClient(this.connection);
    this.actions = createActions(this.client, actions);
  }
}
