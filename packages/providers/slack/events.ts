import type {
  BotMessageEvent,
  FileShareMessageEvent,
  GenericMessageEvent,
  KnownBlock,
  MeMessageEvent,
  MessageEvent,
  SlackEvent,
  ThreadBroadcastMessageEvent,
} from "@slack/types";

/** What Slack puts around every event of its Events API. */
export interface SlackEnvelope<Event> {
  type: "event_callback";
  event: Event;
  /** The same when Slack sends it again. */
  event_id: string;
  /** Seconds since 1970. */
  event_time: number;
  team_id: string;
  api_app_id: string;
  token: string;
  /** One of the installations that may see the event. */
  authorizations?: {
    enterprise_id: string | null;
    team_id: string | null;
    user_id: string;
    is_bot: boolean;
    is_enterprise_install?: boolean;
  }[];
  is_ext_shared_channel?: boolean;
  event_context?: string;
}

/** Somebody wrote something. */
export type WrittenMessage =
  | GenericMessageEvent
  | FileShareMessageEvent
  | ThreadBroadcastMessageEvent
  | (MeMessageEvent & { thread_ts?: string });

export type MessageSubtype = Exclude<MessageEvent["subtype"], undefined>;

/** What `onMessage` listens for, by its `subtypes` and `includeBots`. */
export type MessageOf<Subtype, Bots> =
  | WrittenMessage
  | Extract<MessageEvent, { subtype: Subtype }>
  | (Bots extends true ? BotMessageEvent : never);

export type EventType = SlackEvent["type"];

/** The Events API's event of a type; one that Slack's types do not know yet has its `type` only. */
export type EventOf<Type extends string> = [Extract<SlackEvent, { type: Type }>] extends [never]
  ? { type: Type; [field: string]: unknown }
  : Extract<SlackEvent, { type: Type }>;

/** A slash command, as Slack's form has it. */
export interface SlashCommand {
  /** `/deploy` */
  command: string;
  /** What stood behind it; empty when nothing did. */
  text: string;
  user_id: string;
  user_name: string;
  channel_id: string;
  channel_name: string;
  team_id: string;
  team_domain: string;
  api_app_id: string;
  /** Takes up to 5 messages within 30 minutes, with a plain `fetch`. */
  response_url: string;
  /** Opens a modal within 3 seconds. */
  trigger_id: string;
  token: string;
  enterprise_id?: string;
  enterprise_name?: string;
  is_enterprise_install?: string;
}

interface InteractionHead {
  user: { id: string; username?: string; name?: string; team_id?: string };
  team: { id: string; domain: string } | null;
  api_app_id?: string;
  token: string;
}

interface InteractionMessage {
  ts: string;
  thread_ts?: string;
  text?: string;
  user?: string;
  bot_id?: string;
  blocks?: KnownBlock[];
}

/** Buttons, menus, pickers. */
export interface BlockActions extends InteractionHead {
  type: "block_actions";
  trigger_id: string;
  response_url?: string;
  channel?: { id: string; name: string };
  message?: InteractionMessage;
  view?: InteractionView;
  state?: { values: InputValues };
  container: { type: string; channel_id?: string; message_ts?: string; view_id?: string };
  actions: InteractionAction[];
}

export interface InteractionAction extends InputValue {
  action_id: string;
  block_id: string;
  action_ts: string;
}

/** A modal was submitted. Answer `{ response_action: "errors", errors }` to keep it open; nothing closes it. */
export interface ViewSubmission extends InteractionHead {
  type: "view_submission";
  trigger_id?: string;
  view: InteractionView;
  response_urls?: { block_id: string; action_id: string; channel_id: string; response_url: string }[];
}

export interface ViewClosed extends InteractionHead {
  type: "view_closed";
  trigger_id?: undefined;
  view: InteractionView;
  is_cleared: boolean;
}

/** A shortcut from the search or the lightning menu. */
export interface GlobalShortcut extends InteractionHead {
  type: "shortcut";
  callback_id: string;
  trigger_id: string;
  action_ts: string;
}

/** A shortcut from a message's menu. */
export interface MessageShortcut extends InteractionHead {
  type: "message_action";
  callback_id: string;
  trigger_id: string;
  response_url: string;
  message_ts: string;
  channel: { id: string; name: string };
  message: InteractionMessage;
}

/** A menu asks for its options. Answer `{ options }`. */
export interface BlockSuggestion extends InteractionHead {
  type: "block_suggestion";
  trigger_id?: undefined;
  action_id: string;
  block_id: string;
  value: string;
  view?: InteractionView;
}

export type Interaction =
  | BlockActions
  | ViewSubmission
  | ViewClosed
  | GlobalShortcut
  | MessageShortcut
  | BlockSuggestion;

export interface InteractionView {
  id: string;
  type: string;
  callback_id: string;
  private_metadata: string;
  hash: string;
  external_id?: string;
  root_view_id?: string;
  /** By block id, then by action id. */
  state: { values: InputValues };
}

export type InputValues = Record<string, Record<string, InputValue>>;

/** The value of an input; which fields it has hangs on its type. */
export interface InputValue {
  type: string;
  value?: string | null;
  selected_option?: InputOption | null;
  selected_options?: InputOption[];
  selected_user?: string | null;
  selected_users?: string[];
  selected_channel?: string | null;
  selected_channels?: string[];
  selected_conversation?: string | null;
  selected_conversations?: string[];
  selected_date?: string | null;
  selected_time?: string | null;
  selected_date_time?: number | null;
}

export interface InputOption {
  text: { type: string; text: string };
  value: string;
}
