import { FlowwError } from "@floww/contract/errors";
import type { ApprovalOutcome, VendorApprovals, VendorDecision } from "../../provider-server.ts";
import { APPROVE, COMMENT, escapeText, isOwnAction, OWN_BLOCK } from "../approval-message.ts";
import { at } from "../payloads.ts";

/** Slack takes no more in one message; one of them is ours. */
const BLOCKS_MAX = 50;
const NAME_CHARACTERS_MAX = 200;

/** What a press of one of our buttons decides; undefined for anything else, which is for triggers. */
export function readDecision(body: unknown): VendorDecision | undefined {
  const actions = at(body, "actions");
  if (at(body, "type") !== "block_actions" || !Array.isArray(actions)) return undefined;
  const pressed: unknown = actions.find(isOurs);
  if (pressed === undefined) return undefined;
  const [value, by] = [at(pressed, "value"), nameOf(at(body, "user"))];
  const comment = at(body, "state", "values", COMMENT, COMMENT, "value");
  return {
    // Nobody decides who is nobody.
    token: typeof value === "string" && by !== undefined ? value : "",
    approved: at(pressed, "action_id") === APPROVE,
    by: by ?? "",
    ...(typeof comment === "string" ? { comment } : {}),
  };
}

function isOurs(element: unknown): boolean {
  return isOwnAction(at(element, "action_id"));
}

function nameOf(user: unknown): string | undefined {
  const [id, name] = [at(user, "id"), at(user, "username") ?? at(user, "name")];
  if (typeof id !== "string" || id === "") return undefined;
  return typeof name === "string" && name !== "" ? `${name.slice(0, NAME_CHARACTERS_MAX)} (${id})` : id;
}

export const approvals: VendorApprovals = {
  tell: async (vendor, { body }, outcome) => {
    const [channel, ts] = [at(body, "container", "channel_id"), at(body, "container", "message_ts")];
    // In a modal or on the app's home there is no message that could be rewritten.
    if (typeof channel !== "string" || typeof ts !== "string") return;
    const said = describeOutcome(outcome);
    const message = { channel, ts, text: said, blocks: [...keptBlocks(body), outcomeBlock(said)] };
    const response = await vendor.fetch("/chat.update", {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify(message),
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (at(answer, "ok") === true) return;
    const error = at(answer, "error");
    if (typeof error !== "string")
      throw new FlowwError("PROVIDER_UNREACHABLE", `Slack answered chat.update with ${response.status}.`);
    throw new FlowwError("PROVIDER_CALL_REFUSED", `Slack refused chat.update: ${error.slice(0, 100)}.`);
  },
};

/** All that the message said, without what asks. */
function keptBlocks(body: unknown): unknown[] {
  const blocks = at(body, "message", "blocks");
  if (!Array.isArray(blocks)) return [];
  return blocks.filter((block) => !asks(block)).slice(0, BLOCKS_MAX - 1);
}

function asks(block: unknown): boolean {
  const [id, elements] = [at(block, "block_id"), at(block, "elements")];
  const isOwn = typeof id === "string" && (id.startsWith(OWN_BLOCK) || id === COMMENT);
  return isOwn || (Array.isArray(elements) && elements.some(isOurs));
}

function outcomeBlock(text: string) {
  return { type: "section", block_id: `${OWN_BLOCK}outcome`, text: { type: "mrkdwn", text, verbatim: true } };
}

function describeOutcome(outcome: ApprovalOutcome): string {
  if (outcome.kind === "timed-out") return ":hourglass: Nobody decided in time.";
  if (outcome.kind === "ended") return ":no_entry_sign: The run ended before anybody decided.";
  const { approved, by, comment, at: decidedAt } = outcome;
  const verb = approved ? ":white_check_mark: Approved" : ":x: Declined";
  const who = by === undefined ? "" : ` by ${escapeText(by)}`;
  const seconds = Math.floor(decidedAt.getTime() / 1_000);
  const when = `<!date^${seconds}^{date_short_pretty} at {time}|${decidedAt.toISOString()}>`;
  const quoted = comment === undefined ? "" : `\n>${escapeText(comment).replaceAll(/\r?\n/g, "\n>")}`;
  return `${verb}${who}, ${when}${quoted}`;
}
