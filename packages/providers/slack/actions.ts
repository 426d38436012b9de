import type { Block, KnownBlock, MessageAttachment, MessageMetadata } from "@slack/types";
import type {
  ChatPostMessageArguments,
  ChatUpdateArguments,
  FilesCompleteUploadExternalResponse,
  WebClient,
} from "@slack/web-api";
import { type ApprovalQuestion, escapeText, questionBlocks } from "./approval-message.ts";

export interface MessageContent {
  /** With `blocks` or `attachments`: what notifications show instead. */
  text?: string;
  blocks?: readonly (KnownBlock | Block)[];
  attachments?: readonly MessageAttachment[];
  /** Standard Markdown, instead of `text` and `blocks`. */
  markdownText?: string;
  metadata?: MessageMetadata;
  /** Makes `#channel` and `@user` in the text links. */
  linkNames?: boolean;
  parse?: "full" | "none";
}

export interface SendMessageInput extends MessageContent {
  /** A channel's id, or a user's for a direct message. */
  channelId: string;
  /** The `ts` of the message to answer in a thread. */
  threadTs?: string;
  /** Shows an answer in a thread in the channel too. */
  replyBroadcast?: boolean;
  /** Previews of links. */
  unfurlLinks?: boolean;
  unfurlMedia?: boolean;
  mrkdwn?: boolean;
  /** Another name and picture for this message; needs the scope `chat:write.customize`. */
  username?: string;
  iconEmoji?: string;
  iconUrl?: string;
}

export interface MessagePlace {
  channelId: string;
  /** The message's `ts`. */
  ts: string;
}

export interface UpdateMessageInput extends MessageContent, MessagePlace {}

/** Takes `notify`'s request as it is. Whoever sees the message can decide, as whoever has the address can. */
export interface RequestApprovalInput extends ApprovalQuestion {
  /** A channel's id, or a user's for a direct message. */
  channelId: string;
  /** The `ts` of the message to ask in a thread of. */
  threadTs?: string;
}

export interface ReactionPlace extends MessagePlace {
  /** The emoji's name, `eyes` or `:eyes:`. */
  reaction: string;
}

export interface UploadFileInput {
  /** Text, or the file's bytes. */
  content: string | Uint8Array;
  /** `report.csv`; Slack tells the file's type by it. */
  filename: string;
  /** Where it is shown; left out, only the bot sees it. */
  channelId?: string;
  threadTs?: string;
  title?: string;
  /** The message that the file comes with. */
  initialComment?: string;
  /** Describes an image to those who do not see it. */
  altText?: string;
  /** `python`: shows text as a snippet. */
  snippetType?: string;
}

interface Page {
  /** At most this many; Slack may give fewer with more to come. Default 100, at most 999. */
  limit?: number;
  /** `response_metadata.next_cursor` of the page before. */
  cursor?: string;
}

export interface ListChannelsInput extends Page {
  /** Default public channels only. */
  types?: readonly ("public_channel" | "private_channel" | "mpim" | "im")[];
  excludeArchived?: boolean;
  teamId?: string;
}

export interface GetChannelInput {
  channelId: string;
  includeNumMembers?: boolean;
  includeLocale?: boolean;
}

export interface CreateChannelInput {
  /** Lower case, without spaces, at most 80 characters. */
  name: string;
  isPrivate?: boolean;
  teamId?: string;
}

export interface ListUsersInput extends Page {
  includeLocale?: boolean;
  teamId?: string;
}

export interface GetUserInput {
  userId: string;
  includeLocale?: boolean;
}

export interface ConversationHistoryInput extends Page {
  channelId: string;
  /** Only messages after, and before, this `ts`. */
  oldest?: string;
  latest?: string;
  /** Also the messages at `oldest` and `latest`. */
  inclusive?: boolean;
  includeAllMetadata?: boolean;
}

/** What a workflow does at Slack, on Slack's own client; each resolves with what Slack answered. */
export const actions = {
  // What a message may be made of, Slack's type spells out case by case; ours leaves the wrong mixes to Slack.
  sendMessage: ({ chat }: WebClient, { channelId, ...message }: SendMessageInput) =>
    chat.postMessage(asArguments({ channel: channelId, ...message }) as unknown as ChatPostMessageArguments),
  updateMessage: ({ chat }: WebClient, { channelId, ...message }: UpdateMessageInput) =>
    chat.update(asArguments({ channel: channelId, ...message }) as unknown as ChatUpdateArguments),
  // The address decides by itself: Slack is not to look behind it for a preview.
  requestApproval: ({ chat }: WebClient, { channelId, threadTs, ...question }: RequestApprovalInput) =>
    chat.postMessage({
      channel: channelId,
      text: escapeText(question.title),
      blocks: questionBlocks(question),
      unfurl_links: false,
      unfurl_media: false,
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    }),
  deleteMessage: ({ chat }: WebClient, { channelId, ts }: MessagePlace) =>
    chat.delete({ channel: channelId, ts }),
  addReaction: ({ reactions }: WebClient, place: ReactionPlace) => reactions.add(reactionArguments(place)),
  removeReaction: ({ reactions }: WebClient, place: ReactionPlace) =>
    reactions.remove(reactionArguments(place)),
  uploadFile,
  listChannels: ({ conversations }: WebClient, { types, ...rest }: ListChannelsInput) =>
    conversations.list(asArguments({ types: types?.join(","), ...rest })),
  getChannel: ({ conversations }: WebClient, { channelId, ...rest }: GetChannelInput) =>
    conversations.info({ channel: channelId, ...asArguments(rest) }),
  createChannel: ({ conversations }: WebClient, { name, ...rest }: CreateChannelInput) =>
    conversations.create({ name, ...asArguments(rest) }),
  listUsers: ({ users }: WebClient, input: ListUsersInput) => users.list(asArguments(input)),
  getUser: ({ users }: WebClient, { userId, ...rest }: GetUserInput) =>
    users.info({ user: userId, ...asArguments(rest) }),
  conversationHistory: ({ conversations }: WebClient, { channelId, ...rest }: ConversationHistoryInput) =>
    conversations.history({ channel: channelId, ...asArguments(rest) }),
};

async function uploadFile(
  client: WebClient,
  { content, ...file }: UploadFileInput,
): Promise<FilesCompleteUploadExternalResponse> {
  const { buffer, byteOffset, byteLength } = typeof content === "string" ? Buffer.from(content) : content;
  // Slack's client takes text as `file` for a path on this machine: bytes it cannot mistake.
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const { filename, ...rest } = asArguments(file);
  const { files } = await client.filesUploadV2({ ...rest, filename: String(filename), file: bytes });
  return files[0]!;
}

function reactionArguments({ channelId, ts, reaction }: ReactionPlace) {
  return { channel: channelId, timestamp: ts, name: reaction.replace(/^:|:$/g, "") };
}

/** `threadTs` becomes `thread_ts`; the values stay as they are. */
function asArguments(input: object): Record<string, unknown> {
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
  );
}
