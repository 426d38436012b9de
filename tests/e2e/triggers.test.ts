import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject } from "./workflow-project.ts";

const SOURCE = `
import { Builtin, WebhookError } from "floww";
const builtin = new Builtin();
builtin.triggers.onWebhook({ path: "/version", method: "GET", handler: () => ({ version: 1 }) });
builtin.triggers.onWebhook({ path: "/orders/:id", method: "PUT", handler: (ctx, event) => ({ id: event.params.id, q: event.query.q, bytes: event.rawBody.length }) });
builtin.triggers.onWebhook({ path: "/later", response: "ack", handler: (ctx, event) => ({ got: event.body }) });
builtin.triggers.onWebhook({ path: "/missing", handler: () => { throw new WebhookError(404, { error: "no such order" }); } });
builtin.triggers.onWebhook({ path: "/broken", handler: () => { throw new Error("secret detail"); } });
builtin.triggers.onCron({ expression: "* * * * * *", handler: (ctx, event) => ({ at: event.scheduledTime, late: event.actualTime >= event.scheduledTime }) });
builtin.triggers.onManual({ name: "greet", inputSchema: { type: "object", required: ["name"], properties: { name: { type: "string" } } }, handler: (ctx, event) => "Hello " + event.input_data.name });
`;

interface Deployed {
  workflowId: string;
  version: number;
  triggers: { type: string; url?: string; method?: string; nextRunAt?: string }[];
}

describe("built-in triggers, deployed", () => {
  let server: TestServer;
  let client: Client;
  let namespaceId: string;
  let deployed: Deployed;
  let folder: Awaited<ReturnType<typeof createProject>>;

  beforeAll(async () => {
    server = await startTestServer();
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    folder = await createProject("triggers", SOURCE);
    deployed = JSON.parse((await server.cli(["deploy", folder.folder, "--yes", "--json"])).stdout);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  function url(path: string): string {
    return deployed.triggers
      .find((trigger) => trigger.url?.endsWith("/version"))!
      .url!.replace(/\/version$/, path);
  }

  async function finished(executionId: string) {
    return eventually(async () => {
      const execution = await client.getExecution({ params: { namespaceId, executionId } });
      return execution.finishedAt === undefined ? undefined : execution;
    });
  }

  test("a path with a parameter matches one segment, and the handler gets query and bytes", async () => {
    const answer = await fetch(url("/orders/a%20b?q=1"), { method: "PUT", body: "xyz" });
    expect(await answer.json()).toEqual({ id: "a b", q: "1", bytes: 3 });
    expect((await fetch(url("/orders/a/b"), { method: "PUT" })).status).toBe(404);
  });

  test("HEAD follows GET, and other methods of a known path are 404", async () => {
    const head = await fetch(url("/version"), { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect((await fetch(url("/version"), { method: "POST" })).status).toBe(404);
    expect((await fetch(url("/version"), { method: "OPTIONS" })).status).toBe(404);
  });

  test("a WebhookError is the answer; another error is 500 and says nothing of itself", async () => {
    const missing = await fetch(url("/missing"), { method: "POST" });
    expect([missing.status, await missing.json()]).toEqual([404, { error: "no such order" }]);
    const broken = await fetch(url("/broken"), { method: "POST" });
    const text = await broken.text();
    expect(broken.status).toBe(500);
    expect(text).not.toContain("secret detail");
    const execution = await finished((JSON.parse(text) as { executionId: string }).executionId);
    expect(execution).toMatchObject({
      status: "failed",
      error: { message: "secret detail", source: { line: 8 } },
    });
  });

  test("an `ack` webhook answers 202 with the execution, which follows", async () => {
    const answer = await fetch(url("/later"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"a":1}',
    });
    expect(answer.status).toBe(202);
    const { executionId } = (await answer.json()) as { executionId: string };
    expect(await finished(executionId)).toMatchObject({
      status: "completed",
      output: { kind: "json", value: { got: { a: 1 } } },
    });
  });

  test("a manual trigger runs with its input, and input against its schema is refused", async () => {
    const params = { namespaceId, workflowId: deployed.workflowId, name: "greet" };
    const { executionId } = await client.runManualTrigger({ params, body: { input: { name: "Ada" } } });
    expect(await finished(executionId)).toMatchObject({
      origin: "manual",
      output: { kind: "text", value: "Hello Ada" },
    });
    await expect(client.runManualTrigger({ params, body: { input: { name: 7 } } })).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
  });

  test("a schedule ticks each second, once", async () => {
    const ticks = await eventually(async () => {
      const { items } = await client.listExecutions({ params: { namespaceId }, query: { limit: 100 } });
      const found = items.filter(({ origin, status }) => origin === "cron" && status === "completed");
      return found.length < 3 ? undefined : found;
    });
    const details = await Promise.all(
      ticks.map(({ id }) => client.getExecution({ params: { namespaceId, executionId: id } })),
    );
    const instants = details.map(({ event }) => event.scheduledAt);
    expect(new Set(instants).size).toBe(instants.length);
    expect(details[0]!.output).toMatchObject({ kind: "json", value: { late: true } });
  });

  test("a replay runs the recorded event again and names the original", async () => {
    const answer = await fetch(url("/later"), { method: "POST", body: "once more" });
    const { executionId } = (await answer.json()) as { executionId: string };
    const replayed = await client.replayExecution({ params: { namespaceId, executionId }, body: {} });
    const execution = await finished(replayed.executionId);
    expect(execution).toMatchObject({
      origin: "replay",
      replayOf: executionId,
      input: { kind: "text", value: "once more" },
    });
  });

  test("a redeploy keeps the URL, a rollback brings the old version back, and twice toggles", async () => {
    const ask = async () => ((await (await fetch(url("/version"))).json()) as { version: number }).version;
    await folder.write(SOURCE.replace("version: 1", "version: 2"));
    const second = JSON.parse((await server.cli(["deploy", folder.folder, "--json"])).stdout) as Deployed;
    expect(second.version).toBe(deployed.version + 1);
    expect(await ask()).toBe(2);
    const params = { namespaceId, workflowId: deployed.workflowId };
    await client.activateDeployment({ params, body: {} });
    expect(await ask()).toBe(1);
    await client.activateDeployment({ params, body: {} });
    expect(await ask()).toBe(2);
  });

  test("a deploy whose top level throws is refused with its line, and the old version stays live", async () => {
    await folder.write(`${SOURCE}\nthrow new Error("not today");`);
    await expect(server.cli(["deploy", folder.folder])).rejects.toMatchObject({
      stderr: expect.stringContaining("not today"),
    });
    expect((await fetch(url("/version"))).status).toBe(200);
  });
});
