import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { BOT_TOKEN, type SlackCall, type StrictSlack, startStrictSlack } from "./strict-slack.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject } from "./workflow-project.ts";

const SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
const ADA = { id: "U1", username: "ada" };
const BOB = { id: "U2", username: "bob" };

const SOURCE = `
import { Builtin, Slack } from "floww";
const slack = new Slack();
new Builtin().triggers.onManual<{ id: string; channelId: string; timeout: string }>({
  name: "asks",
  retries: 0,
  handler: async (ctx, { input_data: { id, channelId, timeout } }) => {
    try {
      const { at, ...given } = await ctx.waitFor("go", {
        approval: {
          title: "Ship <" + id + ">?",
          notify: (request) => slack.actions.requestApproval({ channelId, withComment: true, ...request }),
        },
        timeout: timeout as "1h",
      });
      return { ...given, isDate: at instanceof Date };
    } catch (error) {
      return { code: (error as { code: string }).code };
    }
  },
});
slack.triggers.onInteraction({ handler: (_ctx, { body }) => body.type });
`;

interface Press {
  user?: object;
  action?: string;
  value?: unknown;
  comment?: string;
  url?: string;
  secret?: string;
  atMs?: number;
}

describe("an approval that is asked for in Slack", () => {
  let server: TestServer;
  let slack: StrictSlack;
  let home: string;
  let client: Client;
  let namespaceId: string;
  let workflowId: string;
  let eventPath: string;
  let channelId: string;
  const opened = new AsyncDisposableStack();

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "floww-approvals-"));
    opened.defer(() => rm(home, { recursive: true, force: true }));
    slack = opened.use(await startStrictSlack());
    await start();
    opened.defer(() => server[Symbol.asyncDispose]());
    eventPath = await configure(namespaceId, SIGNING_SECRET);
    const project = opened.use(await createProject("approvals", SOURCE));
    await server.cli(["deploy", project.folder, "--yes", "--json"]);
    workflowId = (await client.listWorkflows({ params: { namespaceId }, query: {} })).items[0]!.id;
    const listed = await fetch(`${slack.apiUrl}/conversations.list`, {
      method: "POST",
      headers: { authorization: `Bearer ${BOT_TOKEN}` },
    });
    const { channels } = (await listed.json()) as { channels: { id: string; name: string }[] };
    channelId = channels.find(({ name }) => name === "lobby")!.id;
  }, 60_000);
  afterAll(() => opened.disposeAsync());
  afterEach(() => {
    slack.before = () => undefined;
  });

  async function start(): Promise<void> {
    server = await startTestServer({ home, env: { FLOWW_ALLOW_ADDRESSES: "127.0.0.1" } });
    const token = (await readFile(join(home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
  }

  /** Resolves with the path of the address that takes its events. */
  async function configure(where: string, secret: string): Promise<string> {
    const fields = { bot_token: BOT_TOKEN, api_url: slack.apiUrl, signing_secret: secret };
    const params = { namespaceId: where };
    return new URL((await client.setProvider({ params, body: { type: "slack", fields } })).eventUrl!)
      .pathname;
  }

  /** A run that waits, and the message that it sent. */
  async function ask(id: string, timeout = "1h") {
    const params = { namespaceId, workflowId, name: "asks" };
    const input = { id, channelId, timeout };
    const { executionId } = await client.runManualTrigger({ params, body: { input } as never });
    const message = await eventually(async () =>
      slack.asked.find(
        ({ method, args }) => method === "chat.postMessage" && args.text === `Ship &lt;${id}&gt;?`,
      ),
    );
    return { executionId, message };
  }

  /** What Slack sends when somebody presses a button of the message. */
  function press(message: SlackCall, given: Press = {}): Promise<Response> {
    const { user = ADA, action = "floww.approve", comment, secret = SIGNING_SECRET } = given;
    const blocks = JSON.parse(String(message.args.blocks)) as object[];
    const value = "value" in given ? given.value : tokenOf(message);
    const ts = message.answer.ts as string;
    const payload = {
      type: "block_actions",
      trigger_id: `t.${Math.random()}`,
      user,
      container: { type: "message", channel_id: channelId, message_ts: ts },
      message: { ts, text: message.args.text, blocks },
      state: { values: { "floww.comment": { "floww.comment": { value: comment ?? null } } } },
      actions: [{ type: "button", action_id: action, block_id: "floww.block.buttons", value }],
    };
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const time = String(Math.floor((given.atMs ?? Date.now()) / 1_000));
    return fetch(server.url + (given.url ?? eventPath), {
      method: "POST",
      body,
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": time,
        "x-slack-signature": `v0=${createHmac("sha256", secret).update(`v0:${time}:${body}`).digest("hex")}`,
      },
    });
  }

  function tokenOf({ args }: SlackCall): string {
    return /"value":"([^"]+)"/.exec(String(args.blocks))![1]!;
  }

  /** What the message was rewritten to, the n-th time. */
  function rewritten(message: SlackCall, times = 1): Promise<string> {
    return eventually(async () => {
      const updates = slack.asked.filter(
        ({ method, args }) => method === "chat.update" && args.ts === message.answer.ts,
      );
      return updates.length < times ? undefined : JSON.stringify(updates[times - 1]!.args.blocks);
    });
  }

  function ended(executionId: string) {
    return eventually(async () => {
      const execution = await client.getExecution({ params: { namespaceId, executionId } });
      return ["received", "waiting", "started"].includes(execution.status) ? undefined : execution;
    });
  }

  async function outputOf(executionId: string): Promise<unknown> {
    const { status, error, output } = await ended(executionId);
    expect([status, error]).toEqual(["completed", undefined]);
    return (output as { value?: unknown }).value;
  }

  async function statusOf(executionId: string): Promise<string> {
    return (await client.getExecution({ params: { namespaceId, executionId } })).status;
  }

  function waiting(executionId: string): Promise<true> {
    return eventually(async () => ((await statusOf(executionId)) === "waiting" ? true : undefined));
  }

  test("is decided by a press, with who pressed and what they wrote, and the message then says so", async () => {
    const { executionId, message } = await ask("a");
    const pressed = await press(message, { comment: " all good " });
    expect([pressed.status, await pressed.text()]).toEqual([200, ""]);
    expect(await outputOf(executionId)).toEqual({
      approved: true,
      by: "ada (U1)",
      comment: "all good",
      isDate: true,
    });
    const blocks = await rewritten(message);
    expect(blocks).toContain("Ship <a>?");
    expect(blocks).toMatch(/Approved by ada \(U1\), <!date\^\d+\^[^>]+>\\n>all good/);
    expect(blocks).not.toContain(tokenOf(message));
    const params = { namespaceId };
    const [delivery] = (await client.listDeliveries({ params, query: { verdict: "accepted" } })).items;
    expect(delivery).toMatchObject({ eventName: "interaction.block_actions" });
    const again = client.replayDelivery({ params: { namespaceId, deliveryId: delivery!.id }, body: {} });
    await expect(again).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  });

  test("is declined by the other button", async () => {
    const { executionId, message } = await ask("b");
    expect((await press(message, { user: BOB, action: "floww.decline" })).status).toBe(200);
    expect(await outputOf(executionId)).toEqual({ approved: false, by: "bob (U2)", isDate: true });
    expect(await rewritten(message)).toContain("Declined by bob (U2)");
  });

  test("is decided once by many presses, and each of them learns by whom", async () => {
    const { executionId, message } = await ask("c");
    const people = Array.from({ length: 6 }, (_, at) => ({ id: `U${at}`, username: `p${at}` }));
    const answers = await Promise.all(
      people.map((user, at) => press(message, { user, action: at % 2 ? "floww.decline" : "floww.approve" })),
    );
    expect(answers.map(({ status }) => status)).toEqual(people.map(() => 200));
    const { approved, by } = (await outputOf(executionId)) as { approved: boolean; by: string };
    const said = `${approved ? "Approved" : "Declined"} by ${by}`;
    for (const at of people.keys()) expect(await rewritten(message, at + 1)).toContain(said);
    await press(message, { user: BOB });
    expect(await rewritten(message, people.length + 1)).toContain(said);
  });

  test("that somebody decided on the page stays so, and a press says who did", async () => {
    const { executionId, message } = await ask("d");
    const { items } = await client.listWaits({ params: { namespaceId }, query: {} });
    const waitId = items.find((wait) => wait.executionId === executionId)!.id;
    await client.answerApproval({ params: { namespaceId, waitId }, body: { approved: false } });
    expect((await press(message)).status).toBe(200);
    expect(await rewritten(message)).toMatch(/Declined by (?!ada)/);
    expect(await outputOf(executionId)).toMatchObject({ approved: false });
    const left = await client.listWaits({ params: { namespaceId }, query: {} });
    expect(left.items.map((wait) => wait.executionId)).not.toContain(executionId);
  });

  test("is past its time for a press that comes too late, and over when its run was cancelled", async () => {
    const late = await ask("e", "1s");
    expect(await outputOf(late.executionId)).toEqual({ code: "WAIT_TIMED_OUT" });
    expect((await press(late.message)).status).toBe(200);
    expect(await rewritten(late.message)).toContain("Nobody decided in time");
    const cancelled = await ask("f");
    const params = { namespaceId, executionId: cancelled.executionId };
    await waiting(params.executionId);
    await client.cancelExecution({ params });
    expect((await press(cancelled.message)).status).toBe(200);
    expect(await rewritten(cancelled.message)).toContain("The run ended before anybody decided");
    expect(await statusOf(params.executionId)).toBe("cancelled");
  });

  test("takes no forged token, no rubbish and no other namespace's, and all of them hear the same", async () => {
    const { executionId, message } = await ask("g");
    const other = await client.createNamespace({
      params: { organizationId: (await client.whoAmI({})).organizations[0]!.id },
      body: { name: "other" },
    });
    const otherPath = await configure(other.id, "another");
    const token = tokenOf(message);
    const forged = (token[0] === "A" ? "B" : "A") + token.slice(1);
    const refused = await Promise.all([
      press(message, { value: forged }),
      press(message, { value: token.slice(0, -4) }),
      press(message, { value: "rubbish" }),
      press(message, { value: { token } }),
      press(message, { value: null }),
      press(message, { user: {} }),
      press(message, { url: otherPath, secret: "another" }),
    ]);
    const unknown = await fetch(`${server.url}${eventPath}x`, { method: "POST", body: "{}" });
    const same = [unknown.status, await unknown.text()];
    expect(await Promise.all(refused.map(async (one) => [one.status, await one.text()]))).toEqual(
      refused.map(() => same),
    );
    const unsigned = await Promise.all([
      press(message, { secret: "another" }),
      press(message, { url: otherPath }),
      press(message, { atMs: Date.now() - 301_000 }),
    ]);
    expect(unsigned.map(({ status }) => status)).toEqual([401, 401, 401]);
    await waiting(executionId);
    const kept = await client.listDeliveries({ params: { namespaceId }, query: { verdict: "no_route" } });
    expect(kept.items).toHaveLength(6);
    await press(message);
    expect(await outputOf(executionId)).toMatchObject({ approved: true });
  });

  test("leaves other buttons to the triggers, also those whose value is a token", async () => {
    const { executionId, message } = await ask("h");
    const theirs = await press(message, { action: "approve" });
    expect([theirs.status, await theirs.text()]).toEqual([200, '{"text":"block_actions"}']);
    await waiting(executionId);
    const ours = await press(message);
    expect([ours.status, await ours.text()]).toEqual([200, ""]);
    await outputOf(executionId);
  });

  test("stays decided when the message cannot be rewritten, and the answer waits for no rewriting", async () => {
    const { executionId, message } = await ask("i");
    const held = Promise.withResolvers<void>();
    held.promise.catch(() => undefined);
    slack.before = (method) => (method === "chat.update" ? held.promise : undefined);
    expect((await press(message)).status).toBe(200);
    expect(await outputOf(executionId)).toMatchObject({ approved: true, by: "ada (U1)" });
    held.reject(new Error("fatal_error"));
    expect((await press(message, { user: BOB })).status).toBe(200);
    slack.before = () => undefined;
    expect((await press(message, { user: BOB })).status).toBe(200);
    expect(await rewritten(message)).toContain("Approved by ada (U1)");
  });

  test("that cannot be asked for says why at its provider, until Slack takes the token again", async () => {
    const provider = async () => (await client.listProviders({ params: { namespaceId } })).items[0]!;
    slack.before = () => {
      throw new Error("token_expired");
    };
    const params = { namespaceId, workflowId, name: "asks" };
    const input = { id: "expired", channelId, timeout: "1h" };
    const { executionId } = await client.runManualTrigger({ params, body: { input } as never });
    await ended(executionId);
    expect(await provider()).toMatchObject({
      status: "failing",
      failure: "Slack does not accept the bot token any more (token_expired).",
    });
    slack.before = () => undefined;
    await press((await ask("again")).message);
    expect(await provider()).toMatchObject({ status: "working" });
  });

  test("stays decided when the server dies right after it has answered", async () => {
    const { executionId, message } = await ask("j");
    slack.before = (method) => (method === "chat.update" ? new Promise<void>(() => undefined) : undefined);
    expect((await press(message)).status).toBe(200);
    const died = once(server.process, "exit");
    server.process.kill("SIGKILL");
    await died;
    slack.before = () => undefined;
    await start();
    expect(await outputOf(executionId)).toMatchObject({ approved: true, by: "ada (U1)" });
    expect((await press(message, { user: BOB, action: "floww.decline" })).status).toBe(200);
    expect(await rewritten(message)).toContain("Approved by ada (U1)");
  });
});
