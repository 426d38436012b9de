import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { BOT_TOKEN, type StrictSlack, startStrictSlack } from "./strict-slack.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject } from "./workflow-project.ts";

const SOURCE = `
import { Builtin, FatalError, Slack } from "floww";
const slack = new Slack();
const builtin = new Builtin();
const tell = async (ctx, event) => {
  const step = await ctx.step("once", () => Math.random());
  await slack.actions.sendMessage({ channelId: event.body.channelId, text: event.body.text });
  return { attempt: ctx.attempt, step };
};
builtin.triggers.onWebhook({ path: "/held", response: "ack", handler: tell });
builtin.triggers.onWebhook({ path: "/waits", handler: tell });
builtin.triggers.onWebhook({ path: "/once", response: "ack", retries: 0, handler: tell });
builtin.triggers.onWebhook({ path: "/fatal", response: "ack", handler: async (ctx, event) => {
  try { await tell(ctx, event); } catch (error) { throw new FatalError("over: " + error.message); }
} });
builtin.triggers.onWebhook({ path: "/other", response: "ack", retries: { limit: 1, minDelay: 1 }, handler: () => { throw new Error("its own fault"); } });
`;

describe("runs whose credential the vendor refuses", () => {
  let server: TestServer;
  let slack: StrictSlack;
  let client: Client;
  let namespaceId: string;
  let base: string;
  let channelId: string;
  const opened = new AsyncDisposableStack();

  beforeAll(async () => {
    slack = opened.use(await startStrictSlack());
    server = opened.use(await startTestServer({ env: { FLOWW_ALLOW_ADDRESSES: "127.0.0.1" } }));
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    await configure(BOT_TOKEN);
    const project = opened.use(await createProject("held", SOURCE));
    const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
    const { triggers } = JSON.parse(stdout) as { triggers: { url?: string }[] };
    base = triggers.find(({ url }) => url?.endsWith("/held"))!.url!.replace(/\/held$/, "");
    const listed = await fetch(`${slack.apiUrl}/conversations.list`, {
      method: "POST",
      headers: { authorization: `Bearer ${BOT_TOKEN}` },
    });
    const { channels } = (await listed.json()) as { channels: { id: string; name: string }[] };
    channelId = channels.find(({ name }) => name === "lobby")!.id;
  }, 60_000);
  afterAll(() => opened.disposeAsync());

  async function configure(token: string): Promise<void> {
    const fields = {
      bot_token: token,
      signing_secret: "8f742231b10e8888abcd99yyyzzz85a5",
      api_url: slack.apiUrl,
    };
    await client.setProvider({ params: { namespaceId }, body: { type: "slack", fields } });
  }

  async function post(path: string, text: string): Promise<{ status: number; executionId: string }> {
    const answer = await fetch(base + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ channelId, text }),
    });
    const { executionId } = (await answer.json()) as { executionId: string };
    return { status: answer.status, executionId };
  }

  const get = (executionId: string) => client.getExecution({ params: { namespaceId, executionId } });
  const when = (executionId: string, isWanted: (execution: Awaited<ReturnType<typeof get>>) => boolean) =>
    eventually(async () => {
      const execution = await get(executionId);
      return isWanted(execution) ? execution : undefined;
    });
  const ended = (executionId: string) => when(executionId, ({ finishedAt }) => finishedAt !== undefined);
  const sent = () =>
    slack.asked.filter(({ method }) => method === "chat.postMessage").map(({ args }) => args.text);

  test("wait for another one, and go on with it, with the steps that they had done", async () => {
    slack.token = "xoxb-rotated";
    const { executionId } = await post("/held", "first");
    const { executionId: second } = await post("/held", "second");
    const held = await when(executionId, ({ heldBy }) => heldBy !== undefined);
    expect(held).toMatchObject({
      status: "waiting",
      error: { message: expect.stringContaining("invalid_auth") },
    });
    await when(second, ({ heldBy }) => heldBy === held.heldBy);
    const { stdout } = await server.cli(["executions", "show", executionId]);
    expect(stdout).toMatch(/held by +prv_\w+, whose credential was refused/);
    expect(sent()).toEqual([]);
    // A credential that is refused as well is not taken, and lets nothing go.
    await expect(configure("xoxb-wrong")).rejects.toMatchObject({ code: "PROVIDER_CREDENTIAL_REFUSED" });
    expect(await get(executionId)).toMatchObject({ heldBy: held.heldBy });
    await configure("xoxb-rotated");
    for (const id of [executionId, second])
      expect(await ended(id)).toMatchObject({
        status: "completed",
        attempt: 2,
        output: { value: { attempt: 2 } },
      });
    expect(sent().sort()).toEqual(["first", "second"]);
  });

  test("do not, where somebody waits for the answer, nothing may run twice, or the author says that it is over", async () => {
    slack.token = "xoxb-another";
    expect(await post("/waits", "waits")).toMatchObject({ status: 500 });
    for (const path of ["/once", "/fatal"]) {
      const { executionId } = await post(path, path);
      expect(await ended(executionId)).toMatchObject({ status: "failed", attempt: 1 });
    }
  });

  test("a run that fails by itself is none of them", async () => {
    const { executionId } = await post("/other", "other");
    const execution = await ended(executionId);
    expect(execution).toMatchObject({ status: "failed", attempt: 2 });
    expect(execution.heldBy).toBeUndefined();
  });
});
