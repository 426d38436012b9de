import { FlowwError } from "@floww/contract/errors";
import type { Fields, SetupField } from "../../provider-server.ts";
import { SLACK_API } from "../api.ts";

/** Where Slack keeps files: uploads go there, and downloads want the token. */
const FILE_ORIGINS: Readonly<Record<string, string>> = {
  "https://slack.com": "https://files.slack.com",
  "https://slack-gov.com": "https://files.slack-gov.com",
};

export const fields: readonly SetupField[] = [
  {
    name: "workspace_url",
    label: "Workspace URL",
    help: "https://<your workspace>.slack.com; only for links that people follow.",
    isSecret: false,
    isOptional: true,
  },
  {
    name: "bot_token",
    label: "Bot token",
    help: "Starts with xoxb-. Your app > OAuth & Permissions > Bot User OAuth Token.",
    isSecret: true,
  },
  {
    name: "signing_secret",
    label: "Signing secret",
    help: "Your app > Basic Information > App Credentials. Without it no trigger fires; actions work.",
    isSecret: true,
    isOptional: true,
  },
  {
    name: "api_url",
    label: "API address",
    help: "Leave it as it is, except for GovSlack (https://slack-gov.com/api) or an emulator.",
    isSecret: false,
    isOptional: true,
    default: SLACK_API,
  },
];

export const guide = `1. Make an app at https://api.slack.com/apps ("From scratch") for your workspace.
2. OAuth & Permissions > Bot Token Scopes: chat:write to send messages; for triggers channels:history (messages),
   reactions:read, app_mentions:read, commands; for other actions what Slack's error will name.
3. "Install to Workspace", then copy the Bot User OAuth Token; Basic Information has the signing secret.
4. Enter both here first. Floww then shows an event address; give it to Slack as the request URL of
   Event Subscriptions (subscribe to bot events: message.channels, reaction_added, app_mention, ...), of
   Interactivity & Shortcuts, and of each slash command.
5. Invite the bot to its channels: /invite @<its name>.`;

export function base({ api_url: apiUrl }: Fields): string {
  return apiUrl ? apiUrl.replace(/\/+$/, "") : SLACK_API;
}

export function origins(given: Fields): string[] {
  const { origin } = new URL(base(given));
  const files = FILE_ORIGINS[origin];
  return files === undefined ? [origin] : [origin, files];
}

/** @throws FlowwError PROVIDER_FIELDS_INVALID */
export function checkFields(given: Fields): void {
  checkToken(given.bot_token);
  if (given.signing_secret && /[^\x21-\x7e]/.test(given.signing_secret))
    throw invalid("signing_secret", "has spaces or other characters that no signing secret has");
  if (given.workspace_url) checkAddress("workspace_url", given.workspace_url);
  if (given.api_url) checkAddress("api_url", given.api_url, { loopback: true });
}

function checkToken(token: string | undefined): void {
  if (!token) throw invalid("bot_token", "is missing");
  if (/[^\x21-\x7e]/.test(token))
    throw invalid("bot_token", "has spaces or other characters that no token has");
  if (token.startsWith("xapp-"))
    throw invalid("bot_token", "is an app-level token (xapp-); the bot token starts with xoxb-");
}

function checkAddress(name: string, text: string, { loopback = false } = {}): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw invalid(name, `is no address: ${JSON.stringify(text)}`);
  const isLoopback = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol !== "https:" && !(loopback && isLoopback && url.protocol === "http:"))
    throw invalid(name, `must start with https://, and is ${JSON.stringify(text)}`);
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw invalid(name, "must be an address only: no user, no password, no ? and no #");
}

function invalid(name: string, what: string): FlowwError {
  return new FlowwError("PROVIDER_FIELDS_INVALID", `${name} ${what}.`);
}
