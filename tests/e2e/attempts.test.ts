import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { BOT_TOKEN, type StrictSlack, startStrictSlack } from "./strict-slack.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject } from "./workflow-project.ts";

const SOURCE = `
import { Builtin, Slack } from "floww";
const slack = new Slack();
const builtin = new Builtin();
builtin.triggers.onWebhook({ path: "/quick", handler: () => new Promise((resolve) => setTimeout(resolve, 120)) });
builtin.triggers.onWebhook({ path: "/second", response: "ack", retries: { limit: 2, minDelay: 1 }, handler: (ctx) => {
  console.log("attempt " + ctx.attempt);
  if (ctx.attempt === 1) throw new Error("not yet");
} });
builtin.triggers.onWebhook({ path: "/waits", response: "ack", handler: (ctx) => ctx.waitFor("it", { event: "go", timeout: "1h" }) });
builtin.triggers.onWebhook({ path: "/asks", handler: async (ctx, event) => {
  await slack.actions.sendMessage({ channelId: event.body.channelId, text: "hello" });
} });
`;

describe("an execution tells", () => {
  const opened = new AsyncDisposableStack();
  let server: TestServer;
  let slack: StrictSlack;
  let client: Client;
  let namespaceId: string;
  let base: string;

  beforeAll(async () => {
    slack = opened.use(await startStrictSlack());
    server = opened.use(await startTestServer({ env: { FLOWW_ALLOW_ADDRESSES: "127.0.0.1" } }));
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    await client.setProvider({
      params: { namespaceId },
      body: {
        type: "slack",
        fields: {
          bot_token: BOT_TOKEN,
          signing_secret: "8f742231b10e8888abcd99yyyzzz85a5",
          api_url: slack.apiUrl,
        },
      },
    });
    const project = opened.use(await createProject("attempts", SOURCE));
    const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
    const { triggers } = JSON.parse(stdout) as { triggers: { url?: string }[] };
    base = triggers.find(({ url }) => url?.endsWith("/quick"))!.url!.replace(/\/quick$/, "");
  }, 60_000);
  afterAll(() => opened.disposeAsync());

  /** Calls the webhook; resolves with its execution when that is over. */
  async function ended(path: string, body = "{}") {
    await fetch(base + path, { method: "POST", headers: { "content-type": "application/json" }, body });
    const { items } = await client.listExecutions({ params: { namespaceId }, query: { limit: 1 } });
    return finished(items[0]!.id);
  }

  function finished(executionId: string) {
    return eventually(async () => {
      const execution = await client.getExecution({ params: { namespaceId, executionId } });
      return execution.finishedAt === undefined ? undefined : execution;
    });
  }

  test("where its time went, all of it, and how long the handler itself took", async () => {
    // Twice: the second one finds a process that is warm.
    await ended("/quick");
    const execution = await ended("/quick");
    const { startedAt = "", finishedAt = "", timing } = execution;
    const { queueMs, bootMs = 0, runMs = 0, answerMs = 0 } = timing;
    expect([queueMs, bootMs]).toEqual([0, 0]);
    expect(runMs).toBeGreaterThanOrEqual(119);
    expect(execution.durationMs).toBe(runMs);
    const whole = Date.parse(finishedAt) - Date.parse(startedAt);
    expect(Math.abs(whole - (bootMs + runMs + answerMs))).toBeLessThanOrEqual(2);
    expect(execution.attempts).toEqual([{ attempt: 1, status: "completed", startedAt, endedAt: finishedAt }]);
  });

  test("each attempt, with its error and its lines", async () => {
    const execution = await ended("/second");
    const { id: executionId, timing, attempts } = execution;
    expect(attempts).toMatchObject([
      { attempt: 1, status: "failed", error: { code: "USER_ERROR", message: "not yet" } },
      { attempt: 2, status: "completed" },
    ]);
    expect(attempts[1]).not.toHaveProperty("error");
    // From when it was due, which was a while after its record.
    const sinceRecord = Date.parse(attempts[1]!.startedAt) - Date.parse(execution.createdAt);
    expect(timing.queueMs).toBeLessThan(sinceRecord);
    const linesOf = async (query: { attempt?: number }) =>
      (await client.listExecutionLogs({ params: { namespaceId, executionId }, query })).items.map(
        ({ attempt, text }) => [attempt, text],
      );
    expect(await linesOf({ attempt: 1 })).toEqual([[1, "attempt 1"]]);
    expect(await linesOf({ attempt: 2 })).toEqual([[2, "attempt 2"]]);
    expect(await linesOf({})).toEqual([[2, "attempt 2"]]);
    expect(await linesOf({ attempt: 3 })).toEqual([]);
  });

  test("that it waits, which is no attempt more", async () => {
    const { items: before } = await client.listExecutions({ params: { namespaceId }, query: { limit: 1 } });
    await fetch(`${base}/waits`, { method: "POST" });
    const waiting = await eventually(async () => {
      const { items } = await client.listExecutions({ params: { namespaceId }, query: { limit: 1 } });
      if (items[0]!.id === before[0]!.id || items[0]!.status !== "waiting") return undefined;
      return client.getExecution({ params: { namespaceId, executionId: items[0]!.id } });
    });
    expect(waiting.attempts).toMatchObject([{ attempt: 1, status: "waiting" }]);
    expect(waiting.timing).not.toHaveProperty("answerMs");
    const askedAt = performance.now();
    await client.sendEvent({ params: { namespaceId }, body: { name: "go", data: {} } });
    const { attempts, timing } = await finished(waiting.id);
    expect(attempts).toMatchObject([{ attempt: 1, status: "completed" }]);
    // Since it was woken, and not since its record.
    expect(timing.queueMs).toBeLessThanOrEqual(performance.now() - askedAt);
  });

  test("what it asked of a service, and what came of it", async () => {
    // Slack knows no such channel, and says so in an answer like any other.
    const { id: executionId } = await ended("/asks", JSON.stringify({ channelId: "C0000000" }));
    const { items } = await client.listExecutionLogs({ params: { namespaceId, executionId } });
    const line = items.find(({ call }) => call !== undefined)!;
    expect(line.call).toEqual({
      provider: { type: "slack", alias: "default" },
      method: "POST",
      place: expect.stringMatching(/chat\.postMessage$/),
      status: 200,
      durationMs: expect.any(Number),
    });
    expect(line.text).toBe(`slack POST ${line.call?.place} -> 200 in ${line.call?.durationMs} ms`);
    await using database = await server.openDatabase();
    await database.query("update execution_logs set vendor_call = null");
    const old = await client.listExecutionLogs({ params: { namespaceId, executionId } });
    expect(old.items.every((one) => !("call" in one))).toBe(true);
    expect(old.items.map(({ text }) => text)).toEqual(items.map(({ text }) => text));
  });
});
