import type { JsonObject } from "@floww/contract/abi";
import {
  type Handler,
  type Provider,
  type ProviderEvent,
  type ProviderTriggerInput,
  registerProviderTrigger,
} from "@floww/sdk/provider";
import { INTERACTION_PREFIX, matches, SLASH_COMMAND, type SlackTriggerType } from "./matches.ts";
import { decodeForm, decodeInteraction, decodeJson, encodeForm, encodeInteraction } from "./payloads.ts";
import { replyingHandler } from "./reply.ts";
import type { SlackTriggers } from "./triggers.ts";

/** What an author gave; `SlackTriggers` says what that may be. */
type Given = ProviderTriggerInput<ProviderEvent> & Record<string, unknown>;
type Filters = Record<string, unknown>;

interface Kind {
  filters(given: Given): Filters;
  /** The least that these filters let pass, for tests. */
  example(filters: Filters): { name: string; body: object };
  /** Most comes as JSON. */
  form?: { decode(bytes: Uint8Array): unknown; encode(body: never): Uint8Array };
  wrap?<Event>(handler: Handler<Event>): Handler<Event>;
}

const FORM = "application/x-www-form-urlencoded";
const CHANNEL = "C0123ABCD";
const USER = "U0123ABCD";
const TEAM = "T0123ABCD";
const TS = "1700000000.000100";

const kinds: Record<SlackTriggerType, Kind> = {
  onMessage: {
    filters: ({ channelId, userId, includeBots, subtypes }) => ({
      channelId,
      userId,
      includeBots,
      subtypes,
    }),
    example: (filters) => envelopedMessage("message", filters),
  },
  onMention: {
    filters: ({ channelId, userId, includeBots }) => ({ channelId, userId, includeBots }),
    example: (filters) => envelopedMessage("app_mention", filters),
  },
  onReaction: {
    filters: ({ channelId, userId, reaction }) => ({ channelId, userId, reaction: withoutColons(reaction) }),
    example: ({ channelId = CHANNEL, userId = USER, reaction = "eyes" }) =>
      enveloped("reaction_added", {
        user: userId,
        reaction,
        item_user: USER,
        item: { type: "message", channel: channelId, ts: TS },
      }),
  },
  onSlashCommand: {
    filters: ({ command }) => ({ command: `/${String(command).replace(/^\//, "")}` }),
    example: ({ command }) => ({
      name: SLASH_COMMAND,
      body: {
        command,
        text: "",
        user_id: USER,
        user_name: "ada",
        channel_id: CHANNEL,
        channel_name: "general",
        team_id: TEAM,
        team_domain: "example",
        api_app_id: "A0123ABCD",
        response_url: "https://hooks.slack.com/commands/test",
        trigger_id: "test.trigger",
        token: "test",
      },
    }),
    form: { decode: decodeForm, encode: encodeForm },
    wrap: replyingHandler,
  },
  onInteraction: {
    filters: ({ actionId, callbackId }) => ({ actionId, callbackId }),
    example: ({ actionId, callbackId }) => interaction(actionId, callbackId),
    form: { decode: decodeInteraction, encode: encodeInteraction },
    wrap: replyingHandler,
  },
  onEvent: {
    filters: ({ type }) => ({ type }),
    example: ({ type }) => enveloped(String(type), {}),
  },
};

export function createTriggers(connection: Provider["connection"]): SlackTriggers {
  const triggers = Object.entries(kinds).map(([type, kind]) => {
    const trigger = (given: Given) => {
      const filters = withoutUndefined(kind.filters(given));
      return registerProviderTrigger<unknown>({
        connection,
        type,
        key: keyOf(filters),
        filters,
        given: kind.wrap === undefined ? given : { ...given, handler: kind.wrap(given.handler) },
        calledAs: trigger,
        decode: kind.form?.decode ?? decodeJson,
        example: {
          ...kind.example(filters),
          ...(kind.form === undefined ? {} : { encode: kind.form.encode as (body: unknown) => Uint8Array }),
          headers: { "content-type": kind.form === undefined ? "application/json" : FORM },
          matches: (event) => matches(event, { type, input: filters }),
        },
      });
    };
    return [type, trigger];
  });
  // Each kind is what the interface says of the trigger of its name.
  return Object.fromEntries(triggers) as SlackTriggers;
}

/** `channelId=C0123ABCD reaction=eyes`; a trigger's only filter needs no name: `/deploy`. */
function keyOf(filters: JsonObject): string {
  const { command, type } = filters;
  const pairs = Object.entries(filters).map(([name, value]) => `${name}=${String(value)}`);
  return String(command ?? type ?? (pairs.join(" ") || "any"));
}

function withoutUndefined(filters: Filters): JsonObject {
  // What is left is JSON by the types of the author's input.
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as JsonObject;
}

function withoutColons(reaction: unknown): unknown {
  return typeof reaction === "string" ? reaction.replace(/^:|:$/g, "") : reaction;
}

function envelopedMessage(type: string, { channelId = CHANNEL, userId = USER }: Filters) {
  return enveloped(type, {
    channel: channelId,
    channel_type: "channel",
    user: userId,
    text: "Hello",
    ts: TS,
  });
}

function enveloped(type: string, event: object): { name: string; body: object } {
  const body = {
    type: "event_callback",
    event_id: "Ev0123ABCD",
    event_time: Number.parseInt(TS, 10),
    team_id: TEAM,
    api_app_id: "A0123ABCD",
    token: "test",
    event: { type, event_ts: TS, ...event },
  };
  return { name: type, body };
}

/** A modal that was submitted where a callback is asked for, else a button that was pressed. */
function interaction(actionId: unknown, callbackId: unknown): { name: string; body: object } {
  const isSubmission = actionId === undefined && callbackId !== undefined;
  const type = isSubmission ? "view_submission" : "block_actions";
  const action = { type: "button", action_id: actionId ?? "approve", block_id: "actions", action_ts: TS };
  const view = { id: "V0123ABCD", type: "modal", callback_id: callbackId, state: { values: {} } };
  const body = {
    type,
    user: { id: USER, username: "ada", team_id: TEAM },
    team: { id: TEAM, domain: "example" },
    api_app_id: "A0123ABCD",
    token: "test",
    trigger_id: "test.trigger",
    ...(isSubmission ? {} : { actions: [action] }),
    ...(callbackId === undefined ? {} : { view }),
  };
  return { name: `${INTERACTION_PREFIX}${type}`, body };
}
