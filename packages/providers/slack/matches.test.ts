import { describe, expect, test } from "vitest";
import { matches } from "./matches.ts";

interface Row {
  name: string;
  event: object;
  input?: Record<string, unknown>;
  passes: boolean;
}

function check(type: string, vendorName: string, wrap: (event: object) => object, rows: Row[]): void {
  test.each(rows)(`${type}: $name ($passes)`, ({ event, input = {}, passes }) => {
    expect(matches({ name: vendorName, body: wrap(event) }, { type, input })).toBe(passes);
  });
}

const enveloped = (event: object) => ({ type: "event_callback", event });
const bare = (event: object) => event;
const message = { type: "message", channel: "C1", user: "U1", text: "hi", ts: "1.1" };
const edit = { type: "message", subtype: "message_changed", channel: "C1", ts: "1.2" };

describe("the filters", () => {
  check("onMessage", "message", enveloped, [
    { name: "any message", event: message, passes: true },
    { name: "its channel", event: message, input: { channelId: "C1" }, passes: true },
    { name: "another channel", event: message, input: { channelId: "C2" }, passes: false },
    { name: "its user", event: message, input: { userId: "U1", channelId: "C1" }, passes: true },
    { name: "another user", event: message, input: { userId: "U2", channelId: "C1" }, passes: false },
    { name: "of a bot", event: { ...message, bot_id: "B1" }, passes: false },
    { name: "of an old bot", event: { ...message, subtype: "bot_message" }, passes: false },
    {
      name: "of a wanted bot",
      event: { ...message, bot_id: "B1" },
      input: { includeBots: true },
      passes: true,
    },
    {
      name: "of a wanted old bot",
      event: { ...message, subtype: "bot_message", bot_id: "B1" },
      input: { includeBots: true },
      passes: true,
    },
    { name: "with a file", event: { ...message, subtype: "file_share" }, passes: true },
    { name: "a reply shown to all", event: { ...message, subtype: "thread_broadcast" }, passes: true },
    { name: "/me", event: { ...message, subtype: "me_message" }, passes: true },
    { name: "somebody joined", event: { ...message, subtype: "channel_join" }, passes: false },
    {
      name: "somebody joined, wanted",
      event: { ...message, subtype: "channel_join" },
      input: { subtypes: ["channel_join"] },
      passes: true,
    },
    { name: "an edit", event: { ...edit, message }, passes: false },
    {
      name: "an edit, wanted",
      event: { ...edit, message },
      input: { subtypes: ["message_changed"] },
      passes: true,
    },
    {
      name: "an edit by another user",
      event: { ...edit, message },
      input: { subtypes: ["message_changed"], userId: "U2" },
      passes: false,
    },
    {
      name: "an edit by a bot",
      event: { ...edit, message: { ...message, bot_id: "B1" } },
      input: { subtypes: ["message_changed"] },
      passes: false,
    },
    {
      name: "a deletion",
      event: { ...edit, subtype: "message_deleted", previous_message: message },
      passes: false,
    },
    {
      name: "a deletion, wanted, of the user",
      event: { ...edit, subtype: "message_deleted", previous_message: message },
      input: { subtypes: ["message_deleted"], userId: "U1" },
      passes: true,
    },
    {
      name: "beside a wanted subtype",
      event: message,
      input: { subtypes: ["message_changed"] },
      passes: true,
    },
  ]);

  const mention = { type: "app_mention", channel: "C1", user: "U1", text: "<@U9> hi" };
  check("onMention", "app_mention", enveloped, [
    { name: "any mention", event: mention, passes: true },
    { name: "another channel", event: mention, input: { channelId: "C2" }, passes: false },
    { name: "another user", event: mention, input: { userId: "U2" }, passes: false },
    { name: "by a bot", event: { ...mention, bot_id: "B1" }, passes: false },
    {
      name: "by a wanted bot",
      event: { ...mention, bot_id: "B1" },
      input: { includeBots: true },
      passes: true,
    },
  ]);
  check("onMention", "message", enveloped, [{ name: "a plain message", event: message, passes: false }]);

  const reaction = {
    type: "reaction_added",
    user: "U1",
    reaction: "thumbsup::skin-tone-3",
    item: { type: "message", channel: "C1", ts: "1.1" },
  };
  check("onReaction", "reaction_added", enveloped, [
    { name: "any reaction", event: reaction, passes: true },
    { name: "in any skin tone", event: reaction, input: { reaction: "thumbsup" }, passes: true },
    {
      name: "in this skin tone",
      event: reaction,
      input: { reaction: "thumbsup::skin-tone-3" },
      passes: true,
    },
    {
      name: "in another skin tone",
      event: reaction,
      input: { reaction: "thumbsup::skin-tone-2" },
      passes: false,
    },
    { name: "the start of its name", event: reaction, input: { reaction: "thumbs" }, passes: false },
    { name: "its channel and user", event: reaction, input: { channelId: "C1", userId: "U1" }, passes: true },
    { name: "another channel", event: reaction, input: { channelId: "C2" }, passes: false },
    { name: "another user", event: reaction, input: { userId: "U2" }, passes: false },
    {
      name: "on a thing without a channel",
      event: { ...reaction, item: undefined },
      input: { channelId: "C1" },
      passes: false,
    },
  ]);
  check("onReaction", "reaction_removed", enveloped, [
    { name: "taken away", event: reaction, passes: false },
  ]);

  check("onSlashCommand", "slash_command", bare, [
    { name: "the command", event: { command: "/deploy" }, input: { command: "/deploy" }, passes: true },
    { name: "another command", event: { command: "/deploys" }, input: { command: "/deploy" }, passes: false },
    { name: "no command", event: {}, input: { command: "/deploy" }, passes: false },
  ]);
  check("onSlashCommand", "message", bare, [
    {
      name: "no slash command at all",
      event: { command: "/deploy" },
      input: { command: "/deploy" },
      passes: false,
    },
  ]);

  const click = {
    type: "block_actions",
    actions: [{ action_id: "a" }, { action_id: "b" }],
    view: { callback_id: "v" },
  };
  check("onInteraction", "interaction.block_actions", bare, [
    { name: "any interaction", event: click, passes: true },
    { name: "the second action", event: click, input: { actionId: "b" }, passes: true },
    { name: "another action", event: click, input: { actionId: "c" }, passes: false },
    { name: "in the view", event: click, input: { actionId: "a", callbackId: "v" }, passes: true },
    { name: "in another view", event: click, input: { actionId: "a", callbackId: "w" }, passes: false },
    {
      name: "a menu's options",
      event: { type: "block_suggestion", action_id: "a" },
      input: { actionId: "a" },
      passes: true,
    },
    {
      name: "a shortcut",
      event: { type: "shortcut", callback_id: "s" },
      input: { callbackId: "s" },
      passes: true,
    },
    {
      name: "a shortcut has no action",
      event: { type: "shortcut", callback_id: "s" },
      input: { actionId: "s" },
      passes: false,
    },
  ]);
  check("onInteraction", "slash_command", bare, [{ name: "a slash command", event: {}, passes: false }]);

  check("onEvent", "team_join", enveloped, [
    { name: "its type", event: { type: "team_join" }, input: { type: "team_join" }, passes: true },
    { name: "another type", event: { type: "team_join" }, input: { type: "team_rename" }, passes: false },
  ]);

  test.each(["onNothing", "constructor", "__proto__"])(
    "a trigger that Slack does not have, %s: never",
    (type) => {
      expect(matches({ name: "message", body: enveloped(message) }, { type, input: {} })).toBe(false);
    },
  );

  test.each([null, [], "x", { event: null }, { event: { item: 1 } }])(
    "a body of another shape, %o, is no error",
    (body) => {
      const input = { channelId: "C1" };
      for (const [name, type] of [
        ["message", "onMessage"],
        ["reaction_added", "onReaction"],
      ] as const)
        expect(matches({ name, body }, { type, input })).toBe(false);
    },
  );
});
