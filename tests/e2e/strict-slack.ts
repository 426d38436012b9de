import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { startEmulator } from "../../packages/providers/slack/server/testing/start-emulator.ts";

export interface StrictSlack extends AsyncDisposable {
  apiUrl: string;
  /** What the bot asked, oldest first. */
  asked: SlackCall[];
  /** The token that is good: another one, and the bot's is refused. */
  token: string;
  /** Passed before Slack does anything: holds a call, or fails it by throwing Slack's word for why. */
  before(method: string): Promise<void> | void;
}

export interface SlackCall {
  /** `chat.postMessage` */
  method: string;
  args: Record<string, unknown>;
  answer: Record<string, unknown>;
}

/** Of the emulator's bots. */
export const BOT_TOKEN = "xoxb-helper";

/** Slack's emulator, behind a door that knows its bot: by itself it takes any token for the workspace's admin. */
export async function startStrictSlack(): Promise<StrictSlack> {
  const emulator = await startEmulator();
  const behind = new URL(emulator.fields("").api_url!).origin;
  const door = createServer((request, response) => void pass(slack, request, { response, behind }));
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  const slack: StrictSlack = {
    apiUrl: `http://127.0.0.1:${(door.address() as AddressInfo).port}/api`,
    asked: [],
    token: BOT_TOKEN,
    before: () => undefined,
    [Symbol.asyncDispose]: async () => {
      door.close();
      door.closeAllConnections();
      await emulator[Symbol.asyncDispose]();
    },
  };
  return slack;
}

async function pass(
  slack: StrictSlack,
  request: IncomingMessage,
  { response, behind }: { response: ServerResponse; behind: string },
): Promise<void> {
  const { authorization = "", "content-type": contentType = "" } = request.headers;
  response.setHeader("content-type", "application/json");
  const refuse = (error: string) => void response.end(JSON.stringify({ ok: false, error }));
  if (authorization !== `Bearer ${slack.token}`) return refuse("invalid_auth");
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const method = request.url!.replace(/^\/api\//, "");
  try {
    await slack.before(method);
  } catch (error) {
    return refuse((error as Error).message);
  }
  const answer = await fetch(behind + request.url, {
    method: request.method!,
    headers: { authorization: `Bearer ${BOT_TOKEN}`, "content-type": contentType },
    body,
  });
  const text = await answer.text();
  const args = contentType.startsWith("application/json")
    ? (JSON.parse(body.toString()) as Record<string, unknown>)
    : Object.fromEntries(new URLSearchParams(body.toString()));
  slack.asked.push({ method, args, answer: JSON.parse(text) as Record<string, unknown> });
  response.statusCode = answer.status;
  response.end(text);
}
