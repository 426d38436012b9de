import { createProviderFetch, type Provider } from "@floww/sdk/provider";
import {
  type WebAPICallResult,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from "@slack/web-api";
import { SLACK_API } from "./api.ts";

/** Slack's own client, without a token: its calls leave through the gateway, which adds it. */
export function createClient(connection: Provider["connection"]): WebClient {
  return new SlackClient(undefined, {
    slackApiUrl: SLACK_API,
    // Only its own methods; an upload's address, which Slack names, is called all the same.
    allowAbsoluteUrls: false,
    fetch: createProviderFetch(connection),
    // The gateway knows the connection's limits and waits as Retry-After says, for all runs together.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
}

class SlackClient extends WebClient {
  override async apiCall(method: string, options?: Record<string, unknown>): Promise<WebAPICallResult> {
    try {
      return await super.apiCall(method, options);
    } catch (thrown) {
      const error = retold(thrown, method);
      // Slack's stack ends in its queue; from here it leads on to the author's line, which is then the first one.
      if (error instanceof Error) Error.captureStackTrace(error, SlackClient.prototype.apiCall);
      throw error;
    }
  }
}

/** The same error, saying which method it was and what to do; ours, from the gateway, says that by itself. */
function retold(thrown: unknown, method: string): unknown {
  if (thrown instanceof WebAPIRequestError && thrown.original.name === "FlowwError") return thrown.original;
  if (thrown instanceof Error) thrown.message = describe(thrown, method);
  return thrown;
}

function describe(error: Error, method: string): string {
  if (error instanceof WebAPIPlatformError) return `Slack refused ${method}: ${refusal(error.data)}`;
  if (error instanceof WebAPIRateLimitedError)
    return `Slack limits ${method}: try again in ${error.retryAfter} s.`;
  if (error instanceof WebAPIHTTPError) return `Slack answered ${method} with status ${error.statusCode}.`;
  if (error instanceof WebAPIRequestError) return `${method} failed: ${error.original.message}`;
  return error.message;
}

/** What Slack says beside `error`: https://docs.slack.dev/apis/web-api/#responses */
interface Refusal {
  error: string;
  needed?: string;
  provided?: string;
  response_metadata?: { messages?: string[] };
}

const ADVICE: Readonly<Record<string, string>> = {
  not_in_channel: "Invite the bot to the channel: /invite @<its name>.",
  channel_not_found: "The bot sees no such channel: check the id, and invite the bot if it is private.",
};

function refusal({ error, needed, provided, response_metadata: metadata }: Refusal): string {
  const said = [`${error}.`, ...(metadata?.messages ?? [])];
  if (needed !== undefined) {
    said.push(
      `The bot token needs the scope ${needed}${provided === undefined ? "" : ` and has ${provided}`}.`,
      "Add it under OAuth & Permissions, install the app again, and configure the provider with the new token.",
    );
  }
  const advice = Object.hasOwn(ADVICE, error) ? ADVICE[error] : undefined;
  if (advice !== undefined) said.push(advice);
  return said.join(" ");
}
