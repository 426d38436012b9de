import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { startDatabaseClient } from "./home-database.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

const source = (version: number, more = "") => `
import { Builtin, KVStore } from "floww";
const builtin = new Builtin();
const allowed = new KVStore().getTable<boolean>("replay-allowed");
builtin.triggers.onWebhook<{ order: number }>({
  path: "/order/:kind",
  response: "ack",
  retries: 0,
  handler: async (_ctx, event) => {
    if ((await allowed.get("all")) !== true) throw new Error("not yet");
    return { version: ${version}, order: event.body?.order, kind: event.params.kind, agent: event.headers["x-agent"] };
  },
});
builtin.triggers.onManual({
  name: "greet",
  inputSchema: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
  handler: (_ctx, event) => ({ hello: event.input_data }),
});
${more}
`;

const late = `builtin.triggers.onWebhook({ path: "/late/:id", handler: (_ctx, event) => ({ id: event.params.id, body: event.body }) });`;

describe("replays", () => {
  let home: string;
  let server: TestServer;
  let client: Client;
  let namespaceId: string;
  let project: WorkflowProject;
  let workflowId: string;
  let base: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "floww-replay-"));
    await start();
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    project = await createProject("replays", source(1));
    const deployed = await deploy();
    workflowId = deployed.workflowId;
    base = deployed.triggers.find(({ url }) => url !== undefined)!.url!.replace(/\/order\/.*$/, "");
  }, 60_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    const port = server === undefined ? "0" : new URL(server.url).port;
    server = await startTestServer({ home, env: { FLOWW_PORT: port } });
    const token = (await readFile(join(home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
  }

  async function deploy() {
    const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
    return JSON.parse(stdout) as { workflowId: string; triggers: { url?: string }[] };
  }

  async function allow(isAllowed: boolean): Promise<void> {
    const body = { table: "replay-allowed", key: "all", value: isAllowed };
    await client.setKvItem({ params: { namespaceId }, body });
  }

  async function order(number: number): Promise<string> {
    const answer = await fetch(`${base}/order/shoes`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-agent": "ada" },
      body: JSON.stringify({ order: number }),
    });
    return ((await answer.json()) as { executionId: string }).executionId;
  }

  const get = (executionId: string) => client.getExecution({ params: { namespaceId, executionId } });

  function ended(executionId: string) {
    return eventually(async () => {
      const execution = await get(executionId);
      return execution.finishedAt === undefined ? undefined : execution;
    });
  }

  async function replayed(executionId: string, body: Parameters<Client["replayExecution"]>[0]["body"]) {
    const made = await client.replayExecution({ params: { namespaceId, executionId }, body });
    return ended(made.executionId);
  }

  const returned = ({ output }: Awaited<ReturnType<typeof get>>) =>
    output?.kind === "json" ? output.value : undefined;

  test("one runs on the live version or on its own, as it was recorded or with another body and the same headers", async () => {
    await allow(true);
    const first = await order(1);
    expect(returned(await ended(first))).toMatchObject({ version: 1, order: 1 });
    await project.write(source(2));
    await deploy();
    expect(returned(await replayed(first, {}))).toEqual({
      version: 2,
      order: 1,
      kind: "shoes",
      agent: "ada",
    });
    const old = await replayed(first, { deployment: "original" });
    expect(old).toMatchObject({ version: 1, origin: "replay", replayOf: first });
    expect(returned(old)).toMatchObject({ version: 1, order: 1 });
    const input = { kind: "json" as const, value: { order: 9 } };
    const edited = await replayed(first, { input });
    expect(returned(edited)).toEqual({ version: 2, order: 9, kind: "shoes", agent: "ada" });
    const bytes = { kind: "base64" as const, value: Buffer.from('{"order":7}').toString("base64") };
    expect(returned(await replayed(edited.id, { input: bytes, deployment: "original" }))).toMatchObject({
      version: 2,
      order: 7,
    });
    // A replay of a replay has the event that the replay had.
    expect(returned(await replayed(edited.id, {}))).toMatchObject({ order: 9 });
  });

  test("a manual run's other input is held against its schema", async () => {
    const params = { namespaceId, workflowId, name: "greet" };
    const { executionId } = await client.runManualTrigger({ params, body: { input: { name: "Ada" } } });
    await ended(executionId);
    const good = await replayed(executionId, { input: { kind: "json", value: { name: "Bob" } } });
    expect(returned(good)).toEqual({ hello: { name: "Bob" } });
    const bad = replayed(executionId, { input: { kind: "json", value: { name: 7 } } });
    await expect(bad).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });

  test("a request for a path that had no trigger runs once there is one", async () => {
    await fetch(`${base}/late/42`, {
      method: "POST",
      body: "kept",
      headers: { "content-type": "text/plain" },
    });
    const list = { params: { namespaceId }, query: { verdict: "no_route" as const } };
    const found = await eventually(async () => (await client.listDeliveries(list)).items[0]);
    const params = { namespaceId, deliveryId: found.id };
    await expect(client.replayDelivery({ params, body: {} })).rejects.toMatchObject({
      code: "STATE_CONFLICT",
    });
    await project.write(source(3, late));
    await deploy();
    const { executionIds } = await client.replayDelivery({ params, body: {} });
    expect(executionIds).toHaveLength(1);
    expect(returned(await ended(executionIds[0]!))).toEqual({ id: "42", body: "kept" });
    expect((await client.getDelivery({ params })).executions.map(({ id }) => id)).toEqual(executionIds);
    const original = client.replayDelivery({ params, body: { deployment: "original" } });
    expect((await original).executionIds).toHaveLength(1);
  });

  test("many: a dry run says how many and which, and changes nothing; each is replayed once, also when asked twice", async () => {
    await allow(false);
    const failed = await Promise.all(Array.from({ length: 5 }, (_, index) => order(index)));
    for (const id of failed) expect((await ended(id)).status).toBe("failed");
    const filter = ["replay", "--status", "failed", "--since", "1h", "--workflow", "replays"];
    const dry = await server.cli([...filter, "--dry-run"], { cwd: project.folder });
    expect(dry.stdout).toContain("5 would be replayed.");
    for (const id of failed) expect(dry.stdout).toContain(id);
    await allow(true);
    const { stdout } = await server.cli([...filter, "--yes", "--rate", "100", "--json"]);
    const { id } = JSON.parse(stdout) as { id: string };
    const done = await settled(id);
    expect(done).toMatchObject({ status: "done", total: 5, replayed: 5, skipped: 0 });
    expect((await server.cli(["replays", "show", id])).stdout).toContain("5 of 5");
    const { items } = await client.listExecutions({ params: { namespaceId }, query: { limit: 10 } });
    const originals = await Promise.all(items.slice(0, 5).map(async (one) => (await get(one.id)).replayOf));
    // Oldest first, so the newest replay is of the last.
    expect(originals).toEqual([...failed].sort().reverse());
    // Nobody is asked to say yes to nothing.
    expect((await server.cli(filter)).stderr).toContain("Nothing fits.");
    expect((await client.previewReplay({ params: { namespaceId }, body: selectFailed() })).total).toBe(0);
  }, 60_000);

  function selectFailed() {
    return { executions: { workflowId, status: "failed" as const } };
  }

  function settled(replayId: string) {
    return eventually(async () => {
      const now = await client.getReplay({ params: { namespaceId, replayId } });
      return now.status === "running" ? undefined : now;
    });
  }

  test("many are replayed no faster than the rate, and the rest not at all after a cancel", async () => {
    await allow(false);
    const failed = await Promise.all(Array.from({ length: 12 }, (_, index) => order(index)));
    for (const id of failed) await ended(id);
    const params = { namespaceId };
    const started = await client.createReplay({ params, body: { ...selectFailed(), rate: 4 } });
    const replayId = started.id;
    const startedAt = Date.now();
    const midway = await eventually(async () => {
      const now = await client.getReplay({ params: { namespaceId, replayId } });
      return now.replayed >= 8 ? now : undefined;
    });
    // Four at once, then four a second.
    expect([midway.replayed, Date.now() - startedAt >= 900]).toEqual([8, true]);
    const cancelled = await client.cancelReplay({ params: { namespaceId, replayId } });
    expect(cancelled).toMatchObject({ status: "cancelled", replayed: 8 });
    const again = client.cancelReplay({ params: { namespaceId, replayId } });
    await expect(again).rejects.toMatchObject({ code: "STATE_CONFLICT" });
    const rest = await client.previewReplay({
      params,
      body: { executions: { workflowId, status: "failed" } },
    });
    const replays = await eventually(async () => {
      const { items } = await client.listExecutions({ params, query: { limit: 8 } });
      return items.every(({ finishedAt }) => finishedAt !== undefined) ? items : undefined;
    });
    expect(replays.every(({ origin }) => origin === "replay")).toBe(true);
    expect(rest.total).toBeGreaterThanOrEqual(4);
  });

  test("a replay of many survives the server's death in its middle, and each gets exactly one execution", async () => {
    await allow(false);
    const before = (await client.previewReplay({ params: { namespaceId }, body: selectFailed() })).total;
    const failed = await Promise.all(Array.from({ length: 60 }, (_, index) => order(index)));
    for (const id of failed) await ended(id);
    await allow(true);
    const body = { ...selectFailed(), rate: 20 };
    const { id: replayId, total } = await client.createReplay({ params: { namespaceId }, body });
    expect(total).toBe(before + 60);
    await eventually(async () => {
      const { replayed } = await client.getReplay({ params: { namespaceId, replayId } });
      return replayed >= 20 ? true : undefined;
    });
    const closed = new Promise((resolve) => server.process.once("close", resolve));
    server.process.kill("SIGKILL");
    await closed;
    await start();
    expect(await settled(replayId)).toMatchObject({ status: "done", total, replayed: total, skipped: 0 });
    await using database = await startDatabaseClient(home);
    const counts = await database.query(
      `select count(*)::int as replays from executions e join executions o on o.id = e.replay_of
       where o.origin = 1 and o.state = 11 group by o.id order by 1 desc`,
    );
    expect(counts.length).toBeGreaterThanOrEqual(60);
    expect(counts.every(({ replays }) => replays === 1)).toBe(true);
  }, 60_000);

  test("many deliveries by their verdict, once each", async () => {
    for (const id of [1, 2, 3]) await fetch(`${base}/later/${id}`, { method: "POST" });
    const select = { deliveries: { verdict: "no_route" as const, workflowId } };
    const params = { namespaceId };
    await eventually(async () =>
      (await client.previewReplay({ params, body: select })).total === 3 ? true : undefined,
    );
    const before = await client.createReplay({ params, body: { ...select, rate: 100 } });
    const skipped = await settled(before.id);
    expect(skipped).toMatchObject({ replayed: 0, skipped: 3 });
    expect(skipped.problem).toMatch(/No trigger of an active version is for POST \/later/);
    expect((await server.cli(["replays", "show", before.id])).stdout).toContain(skipped.problem);
    // Given up before it had gone over anything.
    await using database = await server.openDatabase();
    const [uuid] = await database.query<{ id: string }>("select id from replays order by id desc limit 1");
    await database.query(
      `update replays set skipped = 0, state = 2, problem = 'Given up.' where id = '${uuid!.id}'`,
    );
    expect((await server.cli(["replays", "show", before.id])).stdout).toContain("Given up.");
    await project.write(source(4, late.replace("/late/", "/later/")));
    await deploy();
    const { id } = await client.createReplay({ params, body: { ...select, rate: 100 } });
    expect(await settled(id)).toMatchObject({ total: 3, replayed: 3, skipped: 0 });
    expect((await client.previewReplay({ params, body: select })).total).toBe(0);
  });

  test("of a request that had no trigger the first 64 kB are kept, which no handler is given as the whole", async () => {
    const { status } = await fetch(`${base}/never/42`, { method: "POST", body: "x".repeat(70_000) });
    expect(status).toBe(404);
    const list = { params: { namespaceId }, query: { verdict: "no_route" as const } };
    const found = await eventually(async () =>
      (await client.listDeliveries(list)).items.find(({ path }) => path === "/never/42"),
    );
    const params = { namespaceId, deliveryId: found.id };
    await expect(client.replayDelivery({ params, body: {} })).rejects.toMatchObject({
      code: "STATE_CONFLICT",
      message: "Only the first 65536 bytes of its body were kept.",
    });
  });

  test("an id and a filter, or neither, are refused with what to give", async () => {
    for (const args of [
      ["replay"],
      ["replay", "exe_x"],
      ["replay", "--verdict", "paused", "--status", "failed"],
    ])
      await expect(server.cli(args)).rejects.toMatchObject({ code: 2 });
  }, 60_000);
});
