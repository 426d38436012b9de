import { FlowwError } from "@floww/contract/errors";
import type { KnownBlock } from "@slack/types";

/** What our messages are made of; for both halves. Ids that begin so are ours, and no trigger's. */
export const APPROVE = "floww.approve";
export const DECLINE = "floww.decline";
export const COMMENT = "floww.comment";
export const OWN_BLOCK = "floww.block.";

/** Slack's own limit for an input's text is 3,000. */
const COMMENT_CHARACTERS_MAX = 2_000;

export interface ApprovalQuestion {
  /** What `notify` is given. */
  url: string;
  title: string;
  /** More about it, in Slack's mrkdwn. */
  text?: string;
  /** A field for a comment beside the buttons. */
  withComment?: boolean;
}

export function isOwnAction(actionId: unknown): boolean {
  return actionId === APPROVE || actionId === DECLINE;
}

/** @throws FlowwError INPUT_INVALID when the address is not one that `notify` was given */
export function questionBlocks({ url, title, text, withComment }: ApprovalQuestion): KnownBlock[] {
  const value = new URL(url).searchParams.get("token");
  if (value === null)
    throw new FlowwError("INPUT_INVALID", "`url` is not the address that `notify` was given.");
  const blocks: KnownBlock[] = [
    // Plain: a title that holds somebody's words mentions nobody.
    { type: "section", text: { type: "plain_text", text: title, emoji: false } },
  ];
  if (text !== undefined) blocks.push({ type: "section", text: { type: "mrkdwn", text } });
  if (withComment === true) blocks.push(commentInput);
  blocks.push(
    {
      type: "actions",
      block_id: `${OWN_BLOCK}buttons`,
      elements: [
        button({ label: "Approve", actionId: APPROVE, style: "primary", value }),
        button({ label: "Decline", actionId: DECLINE, style: "danger", value }),
      ],
    },
    {
      type: "context",
      block_id: `${OWN_BLOCK}page`,
      elements: [{ type: "mrkdwn", text: `<${escapeText(url)}|Decide in the browser>` }],
    },
  );
  return blocks;
}

const commentInput: KnownBlock = {
  type: "input",
  block_id: COMMENT,
  optional: true,
  label: { type: "plain_text", text: "Comment" },
  element: { type: "plain_text_input", action_id: COMMENT, max_length: COMMENT_CHARACTERS_MAX },
};

interface ButtonOptions {
  label: string;
  actionId: string;
  style: "primary" | "danger";
  value: string;
}

function button({ label, actionId, style, value }: ButtonOptions) {
  return {
    type: "button" as const,
    action_id: actionId,
    text: { type: "plain_text" as const, text: label },
    style,
    value,
  };
}

/** The characters that begin Slack's mentions and links: https://docs.slack.dev/messaging/formatting-message-text */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
