import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import type { HomeDatabase } from "./home-database.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject } from "./workflow-project.ts";

const SOURCE = `
import { Builtin } from "floww";
const builtin = new Builtin();
builtin.triggers.onWebhook({ path: "/now", handler: (_ctx, event) => ({ got: event.body }) });
builtin.triggers.onWebhook({ path: "/later", response: "ack", handler: (_ctx, event) => event.body });
builtin.triggers.onCron({ expression: "* * * * * *", handler: () => "tick" });
builtin.triggers.onManual({ name: "greet", handler: () => "hello" });
`;
const OTHER = `
import { Builtin } from "floww";
new Builtin().triggers.onWebhook({ path: "/other", handler: () => "other" });
`;

interface Run {
  id: string;
  origin: number;
  state: number;
  started: string | null;
}

const RECEIVED = 0;
const COMPLETED = 10;
const CRON = 2;

describe("a paused workflow", () => {
  let server: TestServer;
  let database: HomeDatabase;
  let client: Client;
  let params: { namespaceId: string; workflowId: string };
  let base: string;
  let otherUrl: string;
  const opened = new AsyncDisposableStack();

  beforeAll(async () => {
    server = opened.use(await startTestServer());
    database = opened.use(await server.openDatabase());
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    const { id: namespaceId } = (await client.whoAmI({})).namespaces[0]!;
    const deployed = await deploy("pausing", SOURCE);
    params = { namespaceId, workflowId: deployed.workflowId };
    base = deployed.triggers.find(({ url }) => url?.endsWith("/now"))!.url!.slice(0, -4);
    otherUrl = (await deploy("other", OTHER)).triggers[0]!.url!;
  }, 60_000);
  afterAll(() => opened.disposeAsync());

  async function deploy(name: string, source: string) {
    const project = opened.use(await createProject(name, source));
    const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
    return JSON.parse(stdout) as { workflowId: string; triggers: { url?: string }[] };
  }

  async function runs(afterId: string): Promise<Run[]> {
    const rows = await database.query(
      `select id, origin, state, started_at::text as started from executions
       where id > '${afterId}' and workflow_id = (select id from workflows where name = 'pausing') order by id`,
    );
    return rows as unknown as Run[];
  }

  const send = (path: string, body: string) =>
    fetch(base + path, { method: "POST", body, headers: { "content-type": "application/json" } });

  let pausedFrom: string;
  const waiting: string[] = [];

  test("answers callers who wait with 503, and keeps what they sent", async () => {
    const { stderr } = await server.cli(["pause", "--workflow", "pausing"]);
    expect(stderr).toContain("pausing is paused");
    const { workflowId, namespaceId } = params;
    expect((await client.getWorkflow({ params })).pausedAt).toEqual(expect.any(String));
    const [newest] = await database.query("select max(id::text) as id from executions");
    pausedFrom = String(newest!.id);
    const refused = await send("/now", '{"n":1}');
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "60"]);
    expect(await refused.json()).toMatchObject({ error: { code: "WEBHOOK_PAUSED" } });
    const query = { workflowId, verdict: "paused" as const };
    const { items } = await client.listDeliveries({ params: { namespaceId }, query });
    expect(items).toMatchObject([{ path: "/now" }]);
  });

  test("keeps events, ticks and manual runs, and starts none; another workflow goes on", async () => {
    for (const number of [1, 2, 3]) {
      const answer = await send("/later", String(number));
      expect(answer.status).toBe(202);
      waiting.push(((await answer.json()) as { executionId: string }).executionId);
    }
    await client.runManualTrigger({ params: { ...params, name: "greet" }, body: {} });
    await eventually(async () => {
      const ticks = (await runs(pausedFrom)).filter(({ origin }) => origin === CRON);
      return ticks.length >= 3 ? true : undefined;
    });
    // The queue was looked through meanwhile: the other workflow's run proves it.
    expect(await (await fetch(otherUrl, { method: "POST" })).text()).toContain("other");
    const kept = await runs(pausedFrom);
    expect(kept.length).toBeGreaterThanOrEqual(7);
    expect(new Set(kept.map(({ state }) => state))).toEqual(new Set([RECEIVED]));
  });

  test("stays paused over a deploy", async () => {
    await deploy("pausing", SOURCE);
    expect((await send("/now", "{}")).status).toBe(503);
  });

  test("runs what was kept when it is resumed, in order of receipt, and answers again", async () => {
    const kept = await runs(pausedFrom);
    await server.cli(["resume", "--workflow", "pausing"]);
    await eventually(async () => {
      const now = new Map((await runs(pausedFrom)).map((run) => [run.id, run.state]));
      return kept.every(({ id }) => now.get(id) === COMPLETED) ? true : undefined;
    });
    const after = new Map((await runs(pausedFrom)).map((run) => [run.id, run.started!]));
    const started = kept.map(({ id }) => after.get(id)!);
    expect(started).toEqual([...started].sort());
    const answer = await send("/now", '{"n":2}');
    expect([answer.status, await answer.json()]).toEqual([200, { got: { n: 2 } }]);
    for (const [index, executionId] of waiting.entries()) {
      const { namespaceId } = params;
      const execution = await client.getExecution({ params: { namespaceId, executionId } });
      expect(execution).toMatchObject({ status: "completed", output: { value: index + 1 } });
    }
  });

  test("what callers were refused can be replayed", async () => {
    const { namespaceId, workflowId } = params;
    const body = { deliveries: { workflowId, verdict: "paused" as const }, rate: 100 };
    const { id: replayId, total } = await client.createReplay({ params: { namespaceId }, body });
    expect(total).toBe(2);
    await eventually(async () => {
      const { status } = await client.getReplay({ params: { namespaceId, replayId } });
      return status === "done" ? true : undefined;
    });
    await eventually(async () => {
      const rows = await database.query(
        `select convert_from(e.output, 'utf8') as output from executions e join deliveries d on d.id = e.delivery_id
         where d.verdict = 7 and e.state = ${COMPLETED} order by d.id`,
      );
      const outputs = rows.map(({ output }) => output);
      return outputs.join() === '{"got":{"n":1}},{"got":{}}' ? true : undefined;
    });
  });
});
