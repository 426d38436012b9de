import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { type HomeDatabase, startDatabaseClient } from "./home-database.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject } from "./workflow-project.ts";

const SOURCE = `
import { Builtin, KVStore } from "floww";
const builtin = new Builtin();
const gate = new KVStore().getTable<boolean>("gate");
type Body = { n: number; k?: string };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
builtin.triggers.onWebhook<Body>({
  path: "/rows", response: "ack", batch: { size: 3, maxWait: "1s", key: "body.k" },
  handler: (ctx, events) => ({ attempt: ctx.attempt, ns: events.map(({ body }) => body.n) }),
});
builtin.triggers.onWebhook<Body>({
  path: "/held", response: "ack", batch: { size: 2, maxWait: "1m" },
  handler: async (ctx, events) => {
    while ((await gate.get("open")) !== true) await pause(20);
    return { attempt: ctx.attempt, ns: events.map(({ body }) => body.n) };
  },
});
builtin.triggers.onWebhook<Body>({
  path: "/broken", response: "ack", batch: { size: 2, maxWait: "1m" }, retries: { limit: 1, minDelay: 1 },
  handler: (ctx) => { throw new Error("attempt " + ctx.attempt); },
  onFailure: (_ctx, { event, attempts }) => ({ told: event.map(({ body }) => body.n), attempts }),
});
builtin.triggers.onManual<{ n: number }>({
  name: "sum", batch: { size: 2, maxWait: "1m" },
  handler: (_ctx, events) => events.reduce((sum, { input_data }) => sum + input_data.n, 0),
});
builtin.triggers.onManual<{ n: number }>({
  name: "caller",
  handler: async (ctx, event) => { await ctx.invoke("sum", event.input_data); return "told"; },
});
`;

interface Run {
  id: string;
  state: number;
  output: unknown;
  batchId: string | null;
}

describe("batches", () => {
  let home: string;
  let server: TestServer;
  let client: Client;
  let database: HomeDatabase;
  let namespaceId: string;
  let workflowId: string;
  let base: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "floww-batch-"));
    await start();
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    await using project = await createProject("batches", SOURCE);
    const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
    const deployed = JSON.parse(stdout) as { workflowId: string; triggers: { url?: string }[] };
    workflowId = deployed.workflowId;
    base = deployed.triggers.find(({ url }) => url?.endsWith("/rows"))!.url!.slice(0, -"/rows".length);
  }, 60_000);
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    const port = server === undefined ? "0" : new URL(server.url).port;
    server = await startTestServer({ home, env: { FLOWW_PORT: port } });
    const token = (await readFile(join(home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    database = await startDatabaseClient(home);
  }

  async function send(path: string, body: object): Promise<string> {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(base + path, { method: "POST", headers, body: JSON.stringify(body) });
    expect(answer.status).toBe(202);
    return ((await answer.json()) as { executionId: string }).executionId;
  }

  const get = (executionId: string) => client.getExecution({ params: { namespaceId, executionId } });

  function ended(executionId: string) {
    return eventually(async () => {
      const execution = await get(executionId);
      return execution.finishedAt === undefined ? undefined : execution;
    }, 60_000);
  }

  /** What ran of one path, oldest first: its batches, and not the events in them. */
  async function runsOf(key: string): Promise<Run[]> {
    const rows = await database.query<Run & { output: Buffer | null }>(
      `select e.id, e.state, e.output, e.batch_id as "batchId" from executions e join triggers t on t.id = e.trigger_id
       where t.key = '${key}' and convert_from(e.event, 'utf8')::json ->> 'type' = 'batch' order by e.id`,
    );
    return rows.map((row) => ({
      ...row,
      output: row.output === null ? undefined : (JSON.parse(row.output.toString()) as unknown),
    }));
  }

  /** As the execution says, and its log tells. */
  async function batchOf(executionId: string): Promise<string> {
    const { batchId } = await get(executionId);
    const { items } = await client.listExecutionLogs({ params: { namespaceId, executionId }, query: {} });
    expect(items[0]!.text).toMatch(new RegExp(`of the batch ${batchId}\\.$`));
    return batchId!;
  }

  test("a full one runs at once and one that is not when its first event has waited, each key's by itself", async () => {
    const ids = await Promise.all([1, 2, 3].map((n) => send("/rows", { n, k: "a" })));
    const rest = await send("/rows", { n: 4, k: "b" });
    for (const id of [...ids, rest]) expect((await ended(id)).status).toBe("completed");
    const outputs = (await runsOf("POST /rows")).map(({ output }) => (output as { ns: number[] }).ns.sort());
    expect(outputs).toEqual([[1, 2, 3], [4]]);
    const [one, other] = await Promise.all([batchOf(ids[0]!), batchOf(rest)]);
    expect(await get(one)).toMatchObject({ output: { value: { attempt: 1 } } });
    expect((await get(one)).batchId).toBeUndefined();
    expect(one).not.toBe(other);
  });

  test("an event of one is replayed alone, and a batch as a whole", async () => {
    const ids = await Promise.all([5, 6, 7].map((n) => send("/rows", { n, k: "r" })));
    await ended(ids[0]!);
    const replay = async (executionId: string) => {
      const made = await client.replayExecution({ params: { namespaceId, executionId }, body: {} });
      const { output } = await ended(made.executionId);
      return output?.kind === "json" ? (output.value as { ns: number[] }).ns.sort() : undefined;
    };
    expect(await replay(ids[1]!)).toEqual([6]);
    const batch = await batchOf(ids[1]!);
    expect(await replay(batch)).toEqual([5, 6, 7]);
    const edited = client.replayExecution({
      params: { namespaceId, executionId: batch },
      body: { input: { kind: "json", value: 1 } },
    });
    await expect(edited).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });

  test("one that fails is tried again as a whole, and tells onFailure of all its events", async () => {
    const ids = [await send("/broken", { n: 1 }), await send("/broken", { n: 2 })];
    for (const id of ids)
      expect(await ended(id)).toMatchObject({
        status: "failed",
        attempt: 2,
        error: { message: "attempt 2" },
      });
    const told = await eventually(async () => {
      const { items } = await client.listExecutions({ params: { namespaceId }, query: { workflowId } });
      const found = items.find(({ origin, status }) => origin === "failure" && status === "completed");
      return found === undefined ? undefined : get(found.id);
    });
    expect(told.output).toMatchObject({ value: { told: [1, 2], attempts: 2 } });
  });

  test("runs that are invoked gather too, and who invoked them is told when their batch is over", async () => {
    const start = async (n: number) => {
      const params = { namespaceId, workflowId, name: "caller" };
      return (await client.runManualTrigger({ params, body: { input: { n } } })).executionId;
    };
    const callers = [await start(1), await start(2)];
    for (const id of callers) expect((await ended(id)).output).toMatchObject({ value: "told" });
    expect((await runsOf("sum")).map(({ output }) => output)).toEqual([3]);
  });

  test("a server that is killed loses no event and runs none in two batches", async () => {
    const held = [await send("/held", { n: 1 }), await send("/held", { n: 2 })];
    await eventually(async () => ((await runsOf("POST /held"))[0]?.state === 2 ? true : undefined));
    const gathering = [await send("/held", { n: 3 }), await send("/rows", { n: 8, k: "kill" })];
    await database[Symbol.asyncDispose]();
    const closed = new Promise((resolve) => server.process.once("close", resolve));
    server.process.kill("SIGKILL");
    await closed;
    await start();
    await client.setKvItem({ params: { namespaceId }, body: { table: "gate", key: "open", value: true } });
    gathering.push(await send("/held", { n: 4 }));
    for (const id of [...held, ...gathering]) expect((await ended(id)).status).toBe("completed");
    expect((await runsOf("POST /held")).map(({ output }) => output)).toEqual([
      { attempt: 2, ns: [1, 2] },
      { attempt: 1, ns: [3, 4] },
    ]);
    expect(await batchOf(held[0]!)).toBe(await batchOf(held[1]!));
  });
});
