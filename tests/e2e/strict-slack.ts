import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { startEmulator } from "../../packages/providers/slack/server/testing/start-emulator.ts";

export interface StrictSlack extends AsyncDisposable {
  apiUrl: string;
}

/** Of the emulator's bots. */
export const BOT_TOKEN = "xoxb-helper";

/** Slack's emulator, behind a door that knows its bot: by itself it takes any token for the workspace's admin. */
export async function startStrictSlack(): Promise<StrictSlack> {
  const emulator = await startEmulator();
  const behind = new URL(emulator.fields("").api_url!).origin;
  const door = createServer((request, response) => void pass(request, response, behind));
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  return {
    apiUrl: `http://127.0.0.1:${(door.address() as AddressInfo).port}/api`,
    [Symbol.asyncDispose]: async () => {
      door.close();
      door.closeAllConnections();
      await emulator[Symbol.asyncDispose]();
    },
  };
}

async function pass(request: IncomingMessage, response: ServerResponse, behind: string): Promise<void> {
  const { authorization = "", "content-type": contentType = "" } = request.headers;
  response.setHeader("content-type", "application/json");
  if (authorization !== `Bearer ${BOT_TOKEN}`)
    return void response.end(JSON.stringify({ ok: false, error: "invalid_auth" }));
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const answer = await fetch(behind + request.url, {
    method: request.method!,
    headers: { authorization, "content-type": contentType },
    body: Buffer.concat(chunks),
  });
  response.statusCode = answer.status;
  response.end(await answer.text());
}
