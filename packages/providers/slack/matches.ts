import { isOwnAction } from "./approval-message.ts";
import { at } from "./payloads.ts";

interface SlackDelivery {
  name: string;
  body: unknown;
}

/** A trigger's filters as they stand in a manifest. */
type Wanted = Readonly<Record<string, unknown>>;

export const SLASH_COMMAND = "slash_command";
/** `interaction.block_actions`: beside the Events API's names, none of which has a dot. */
export const INTERACTION_PREFIX = "interaction.";

/** Which deliveries each trigger is for. Both halves ask here: the server for real, the test kit for `invoke`. */
const matchers = {
  onMessage: ({ name, body }, wanted) => name === "message" && isWantedMessage(at(body, "event"), wanted),
  onMention: ({ name, body }, { channelId, userId, includeBots }) => {
    const event = at(body, "event");
    return (
      name === "app_mention" &&
      isSame(channelId, at(event, "channel")) &&
      isSame(userId, at(event, "user")) &&
      (includeBots === true || !isOfBot(event))
    );
  },
  onReaction: ({ name, body }, { channelId, userId, reaction }) => {
    const event = at(body, "event");
    return (
      name === "reaction_added" &&
      isSame(channelId, at(event, "item", "channel")) &&
      isSame(userId, at(event, "user")) &&
      isSameReaction(reaction, at(event, "reaction"))
    );
  },
  onSlashCommand: ({ name, body }, { command }) =>
    name === SLASH_COMMAND && isSame(command, at(body, "command")),
  onInteraction: ({ name, body }, { actionId, callbackId }) =>
    name.startsWith(INTERACTION_PREFIX) &&
    // What is decided in a message of `requestApproval` goes to the run that waits for it.
    !actionIds(body).some(isOwnAction) &&
    (actionId === undefined || actionIds(body).includes(actionId)) &&
    isSame(callbackId, at(body, "callback_id") ?? at(body, "view", "callback_id")),
  onEvent: ({ name }, { type }) => name === type,
} satisfies Record<string, (delivery: SlackDelivery, wanted: Wanted) => boolean>;

export type SlackTriggerType = keyof typeof matchers;

/** Whether the trigger's filters let the delivery pass. */
export function matches(delivery: SlackDelivery, { type, input }: { type: string; input: Wanted }): boolean {
  return Object.hasOwn(matchers, type) && matchers[type as SlackTriggerType](delivery, input);
}

/** What somebody wrote; the other subtypes tell of edits, deletions, topics, people who come and go. */
const WRITTEN: ReadonlySet<unknown> = new Set([
  undefined,
  "file_share",
  "me_message",
  "thread_broadcast",
  "bot_message",
]);

function isWantedMessage(event: unknown, { channelId, userId, includeBots, subtypes }: Wanted): boolean {
  const subtype = at(event, "subtype");
  // An edit and a deletion carry the message that they are about inside.
  const message = at(event, "message") ?? at(event, "previous_message") ?? event;
  return (
    isSame(channelId, at(event, "channel")) &&
    isSame(userId, at(message, "user")) &&
    (includeBots === true || !isOfBot(message)) &&
    (WRITTEN.has(subtype) || (Array.isArray(subtypes) && subtypes.includes(subtype)))
  );
}

function isOfBot(message: unknown): boolean {
  return at(message, "bot_id") !== undefined || at(message, "subtype") === "bot_message";
}

/** `thumbsup` also stands for `thumbsup::skin-tone-3`. */
function isSameReaction(wanted: unknown, given: unknown): boolean {
  return isSame(wanted, given) || (typeof given === "string" && given.split("::", 1)[0] === wanted);
}

function actionIds(body: unknown): unknown[] {
  const actions = at(body, "actions");
  // A menu that loads its options names its one action itself.
  return Array.isArray(actions) ? actions.map((action) => at(action, "action_id")) : [at(body, "action_id")];
}

function isSame(wanted: unknown, given: unknown): boolean {
  return wanted === undefined || wanted === given;
}
