import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, createClient, type deliveryVerdicts } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject } from "./workflow-project.ts";

const SOURCE = `
import { Builtin } from "floww";
const builtin = new Builtin();
builtin.triggers.onWebhook({ path: "/in", handler: (_ctx, event) => ({ got: event.body }) });
builtin.triggers.onWebhook({ path: "/later", response: "ack", handler: () => "done" });
`;

type Verdict = (typeof deliveryVerdicts)[number];

const PIECES_MAX = 500;

describe("the ledger of deliveries", () => {
  let server: TestServer;
  let client: Client;
  let namespaceId: string;
  let workflowId: string;
  let base: string;
  const opened = new AsyncDisposableStack();

  beforeAll(async () => {
    server = opened.use(await startTestServer());
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    const project = opened.use(await createProject("deliveries", SOURCE));
    const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
    const deployed = JSON.parse(stdout) as { workflowId: string; triggers: { url: string }[] };
    workflowId = deployed.workflowId;
    base = deployed.triggers.find(({ url }) => url.endsWith("/in"))!.url.slice(0, -3);
  }, 60_000);
  afterAll(() => opened.disposeAsync());

  const send = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(base + path, { method: "POST", body, headers });

  async function listOf(verdict: Verdict) {
    return (await client.listDeliveries({ params: { namespaceId }, query: { verdict } })).items;
  }

  /** What is refused is recorded after its answer. */
  const firstOf = (verdict: Verdict) => eventually(async () => (await listOf(verdict))[0]);

  const show = (deliveryId: string) => client.getDelivery({ params: { namespaceId, deliveryId } });

  test("an accepted request is shown byte for byte, with what it caused", async () => {
    const body = Uint8Array.from([0, 255, 7]);
    await send("/in?a=1&a=2", body, { "content-type": "application/x-own", "x-mine": "yes" });
    const [found] = await listOf("accepted");
    expect(found).toMatchObject({ workflowId, method: "POST", path: "/in", remoteAddress: "127.0.0.1" });
    const shown = await show(found!.id);
    expect(shown).toMatchObject({
      query: "a=1&a=2",
      body: { kind: "base64", value: Buffer.from(body).toString("base64") },
      bodyBytes: 3,
      executions: [{ workflowId, status: "completed", origin: "webhook" }],
    });
    expect(shown.headers).toContainEqual(["x-mine", "yes"]);
    const { stdout } = await server.cli(["deliveries", "show", found!.id]);
    for (const text of [found!.id, "POST /in?a=1&a=2", "x-mine: yes", shown.executions[0]!.id])
      expect(stdout).toContain(text);
  });

  test("a body too large for its row is shown whole", async () => {
    const text = "x".repeat(400_000);
    await send("/in", text, { "content-type": "text/plain" });
    const [found] = await listOf("accepted");
    expect(await show(found!.id)).toMatchObject({ bodyBytes: 400_000, body: { kind: "text", value: text } });
  });

  test("a path without a trigger is kept whole, as no_route", async () => {
    expect((await send("/nowhere", '{"kept":true}')).status).toBe(404);
    const found = await firstOf("no_route");
    expect(found).toMatchObject({ path: "/nowhere", workflowId });
    expect(await show(found.id)).toMatchObject({ body: { value: { kept: true } }, executions: [] });
  });

  test("a copy is a duplicate that leads to the first one's run, and says when its body is another", async () => {
    await send("/in", "one", { "idempotency-key": "k" });
    const [first] = await listOf("accepted");
    const executionId = (await show(first!.id)).executions[0]!.id;
    await send("/in", "one", { "idempotency-key": "k" });
    await send("/in", "two", { "idempotency-key": "k" });
    expect(await listOf("duplicate")).toMatchObject([
      { copyOf: executionId, hasOtherBody: true },
      { copyOf: executionId, hasOtherBody: false },
    ]);
  });

  test("a body over the cap is too_large, and keeps its head", async () => {
    const announced = { method: "POST", headers: { "x-who": "big" }, duplex: "half" };
    let pieces = 0;
    const stream = new ReadableStream({
      // A turn of the loop for each: a client that only ever writes hears of nothing, and keeps all that it wrote.
      pull: async (controller) => {
        await new Promise((resolve) => setImmediate(resolve));
        if (++pieces > PIECES_MAX) controller.close();
        else controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    // The answer comes while the rest is still on its way; a client that goes on writing may lose it.
    await fetch(`${base}/in`, { ...announced, body: stream } as RequestInit).catch(() => undefined);
    const found = await firstOf("too_large");
    const shown = await show(found.id);
    expect([shown.path, shown.bodyBytes]).toEqual(["/in", 0]);
    expect(shown.headers).toContainEqual(["x-who", "big"]);
  });

  test("an Idempotency-Key that is too long is too_large, and can be looked at", async () => {
    const key = "k".repeat(256);
    expect((await send("/in", "{}", { "idempotency-key": key })).status).toBe(400);
    const shown = await eventually(async () => {
      for (const { id } of await listOf("too_large")) {
        const one = await show(id);
        if (one.headers.some(([, value]) => value === key)) return one;
      }
      return undefined;
    });
    expect(shown).toMatchObject({ method: "POST", path: "/in", executions: [] });
    await expect(
      client.replayDelivery({ params: { namespaceId, deliveryId: shown.id }, body: {} }),
    ).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  });

  test("the list goes on where its page ended, within a time range, and is the workflow's own", async () => {
    const all = (await client.listDeliveries({ params: { namespaceId }, query: { workflowId } })).items;
    expect(all.length).toBeGreaterThan(5);
    const paged: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { workflowId, limit: 2, cursor };
      const page = await client.listDeliveries({ params: { namespaceId }, query });
      paged.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(paged).toEqual(all.map(({ id }) => id));

    const [from, to] = [all[3]!.receivedAt, all[1]!.receivedAt];
    const between = await client.listDeliveries({ params: { namespaceId }, query: { from, to } });
    const expected = all.filter(({ receivedAt }) => receivedAt >= from && receivedAt < to);
    expect(between.items.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    const created = await client.createWorkflow({ params: { namespaceId }, body: { name: "quiet" } });
    const quiet = { params: { namespaceId }, query: { workflowId: created.id } };
    expect((await client.listDeliveries(quiet)).items).toEqual([]);
    const { stdout } = await server.cli(["deliveries", "list", "--since", "1h", "--verdict", "no_route"]);
    expect(stdout).toMatch(/no_route +POST \/nowhere +127\.0\.0\.1 +dlv_/);
  });
});
