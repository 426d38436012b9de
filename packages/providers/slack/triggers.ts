import type {
  BatchTrigger,
  ProviderBatchInput,
  ProviderEvent,
  ProviderTriggerInput,
  Trigger,
} from "@floww/sdk/provider";
import type { AppMentionEvent, ReactionAddedEvent } from "@slack/types";
import type {
  EventOf,
  EventType,
  Interaction,
  MessageOf,
  MessageSubtype,
  SlackEnvelope,
  SlashCommand,
} from "./events.ts";

/** The same with everything optional, all the way down: what a test says of an event. */
type Part<T> = T extends readonly unknown[] ? T : T extends object ? { [Key in keyof T]?: Part<T[Key]> } : T;

/** One declared trigger; a test's `invoke` takes as much of the event as it cares for. */
export type SlackTrigger<Body> = Trigger<PartialEvent<Body>>;
/** The same for one that gathers its events. */
export type SlackBatchTrigger<Body> = BatchTrigger<PartialEvent<Body>>;

type PartialEvent<Body> = Partial<Omit<ProviderEvent<Body>, "body">> & { body?: Part<Body> };
type Listen<Body> = ProviderTriggerInput<ProviderEvent<Body>>;
/** The same input for a handler of lists. */
type Gathered<Input, Body> = Omit<Input, "batch" | "handler" | "onFailure"> &
  ProviderBatchInput<ProviderEvent<Body>>;

export interface MessageInput<Subtype extends MessageSubtype, Bots extends boolean>
  extends Listen<SlackEnvelope<MessageOf<Subtype, Bots>>> {
  /** Slack's id of the channel, such as `C0123ABCD`; default every channel that the bot is in. */
  channelId?: string;
  /** Slack's id of who wrote it. */
  userId?: string;
  /** Also messages of bots, this app's own among them: mind that answering those never ends. Default false. */
  includeBots?: Bots;
  /** Also these kinds: `message_changed`, `message_deleted`, `channel_join`, … */
  subtypes?: readonly Subtype[];
}

export interface MentionInput extends Listen<SlackEnvelope<AppMentionEvent>> {
  channelId?: string;
  userId?: string;
  /** Also mentions by bots. Default false. */
  includeBots?: boolean;
}

export interface ReactionInput extends Listen<SlackEnvelope<ReactionAddedEvent>> {
  /** Where the message with the reaction is. */
  channelId?: string;
  /** Slack's id of who reacted. */
  userId?: string;
  /** The emoji's name, `eyes` or `:eyes:`; in any skin tone. */
  reaction?: string;
}

export interface SlashCommandInput extends Listen<SlashCommand> {
  /** `/deploy`, as it is entered in the app's settings. */
  command: string;
}

export interface InteractionInput extends Listen<Interaction> {
  /** The `action_id` of a button, a menu, … */
  actionId?: string;
  /** The `callback_id` of a modal or a shortcut; a modal's also stands for the buttons in it. */
  callbackId?: string;
}

export interface EventInput<Type extends string> extends Listen<SlackEnvelope<EventOf<Type>>> {
  /** The event's type: `team_join`, `channel_created`, … The app must be subscribed to it. */
  type: Type;
}

export interface SlackTriggers {
  /**
   * Listens for messages that people write, in the channels that the bot is in (scopes `channels:history`, `groups:history`,
   * `im:history`; events `message.channels` and its like). Not for those of bots, the app's own included, unless
   * `includeBots`; not for edits, deletions and Slack's own notices, unless `subtypes` names them.
   *
   * @example
   * slack.triggers.onMessage({
   *   channelId: "C0123ABCD",
   *   handler: (ctx, event) => ctx.logger.info(event.body.event.text),
   * });
   */
  onMessage<Subtype extends MessageSubtype = never, Bots extends boolean = false>(
    input: MessageInput<Subtype, Bots>,
  ): SlackTrigger<SlackEnvelope<MessageOf<Subtype, Bots>>>;
  onMessage<Subtype extends MessageSubtype = never, Bots extends boolean = false>(
    input: Gathered<MessageInput<Subtype, Bots>, SlackEnvelope<MessageOf<Subtype, Bots>>>,
  ): SlackBatchTrigger<SlackEnvelope<MessageOf<Subtype, Bots>>>;
  /** Listens for messages that name the bot (scope and event `app_mentions:read`, `app_mention`); not by bots. */
  onMention(input: MentionInput): SlackTrigger<SlackEnvelope<AppMentionEvent>>;
  onMention(
    input: Gathered<MentionInput, SlackEnvelope<AppMentionEvent>>,
  ): SlackBatchTrigger<SlackEnvelope<AppMentionEvent>>;
  /**
   * Listens for emoji put on messages (scope and event `reactions:read`, `reaction_added`), the bot's own too. One taken away
   * is `onEvent({ type: "reaction_removed" })`.
   */
  onReaction(input: ReactionInput): SlackTrigger<SlackEnvelope<ReactionAddedEvent>>;
  onReaction(
    input: Gathered<ReactionInput, SlackEnvelope<ReactionAddedEvent>>,
  ): SlackBatchTrigger<SlackEnvelope<ReactionAddedEvent>>;
  /**
   * Listens for a slash command. The returned value is Slack's reply: text, or a message as an object (`{ response_type:
   * "in_channel", text, blocks }`); nothing shows nothing. Slack waits 3 seconds: answer with `ctx.respond()` and go on, then
   * post to `event.body.response_url` with `fetch`.
   *
   * @example
   * slack.triggers.onSlashCommand({ command: "/deploy", handler: (ctx, event) => `Deploying ${event.body.text}` });
   */
  onSlashCommand(input: SlashCommandInput): SlackTrigger<SlashCommand>;
  /**
   * Listens for buttons, menus, modals and shortcuts; without filters for all of them but those of `requestApproval`. The returned value is Slack's reply, as
   * with a slash command: `{ response_action: "errors", errors }` keeps a modal open, nothing closes it.
   */
  onInteraction(input: InteractionInput): SlackTrigger<Interaction>;
  /** Listens for any event of Slack's Events API by its type, unfiltered. */
  onEvent<Type extends EventType | (string & {})>(
    input: EventInput<Type>,
  ): SlackTrigger<SlackEnvelope<EventOf<Type>>>;
  onEvent<Type extends EventType | (string & {})>(
    input: Gathered<EventInput<Type>, SlackEnvelope<EventOf<Type>>>,
  ): SlackBatchTrigger<SlackEnvelope<EventOf<Type>>>;
}
