import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HomeDatabase } from "./home-database.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject } from "./workflow-project.ts";

const SOURCE = `
import { Builtin, KVStore, WebhookError } from "floww";
const builtin = new Builtin();
const runs = new KVStore().getTable<number>("idempotency-runs");
builtin.triggers.onWebhook<{ order: string; fails?: number; waitMs?: number }>({
  path: "/order",
  handler: async (_ctx, event) => {
    const { order, fails = 0, waitMs = 0 } = event.body;
    const count = await runs.increment(order);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (count <= fails) throw new Error("not this time");
    return new Response(JSON.stringify({ order, count }), { status: 201, headers: { "x-order": order } });
  },
});
builtin.triggers.onWebhook({ path: "/sleeps", handler: (ctx) => ctx.sleep("night", "1h") });
builtin.triggers.onWebhook<{ order: string }>({ path: "/later", response: "ack", handler: (_ctx, event) => runs.increment(event.body.order) });
`;

describe("a request with an Idempotency-Key", () => {
  let server: TestServer;
  let database: HomeDatabase;
  let base: string;
  const opened = new AsyncDisposableStack();

  beforeAll(async () => {
    server = opened.use(await startTestServer());
    database = opened.use(await server.openDatabase());
    const project = opened.use(await createProject("idempotency", SOURCE));
    const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
    const { triggers } = JSON.parse(stdout) as { triggers: { url: string }[] };
    base = triggers.find(({ url }) => url.endsWith("/order"))!.url.slice(0, -6);
  }, 60_000);
  afterAll(() => opened.disposeAsync());

  function send(key: string, body: object, path = "/order"): Promise<Response> {
    return fetch(base + path, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify(body),
    });
  }

  test("runs once, and every copy gets the first one's answer", async () => {
    const first = await send("k-1", { order: "a" });
    const copy = await send("k-1", { order: "a" });
    for (const answer of [first, copy]) {
      expect([answer.status, answer.headers.get("x-order")]).toEqual([201, "a"]);
      expect(await answer.json()).toEqual({ order: "a", count: 1 });
    }
    // Another key is another request.
    expect(await (await send("k-2", { order: "a" })).json()).toEqual({ order: "a", count: 2 });
  });

  test("of many at once one runs, and the others wait for its answer", async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => send("k-3", { order: "b", waitMs: 200 })),
    );
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    expect(bodies).toEqual(Array.from({ length: 10 }, () => ({ order: "b", count: 1 })));
  });

  test("with another body is refused with 422, and runs nothing", async () => {
    await send("k-4", { order: "c" });
    const other = await send("k-4", { order: "d" });
    expect(other.status).toBe(422);
    expect(await other.json()).toMatchObject({ error: { code: "IDEMPOTENCY_KEY_REUSED" } });
    expect(await (await send("k-5", { order: "d" })).json()).toEqual({ order: "d", count: 1 });
  });

  test("that failed is run again by its next copy, as a replay, and its answer then stands", async () => {
    expect((await send("k-6", { order: "e", fails: 1 })).status).toBe(500);
    expect(await (await send("k-6", { order: "e", fails: 1 })).json()).toEqual({ order: "e", count: 2 });
    expect(await (await send("k-6", { order: "e", fails: 1 })).json()).toEqual({ order: "e", count: 2 });
    const replays = await database.query("select id from executions where replay_of is not null");
    expect(replays).toHaveLength(1);
  });

  test("whose first run retention has taken is a copy still, without an answer", async () => {
    expect((await send("k-9", { order: "i" })).status).toBe(201);
    await database.query("delete from executions");
    const copy = await send("k-9", { order: "i" });
    expect([copy.status, await copy.json()]).toEqual([202, { executionId: expect.any(String) }]);
    expect(await (await send("k-10", { order: "i" })).json()).toEqual({ order: "i", count: 2 });
  });

  test("is forgotten after the window", async () => {
    await send("k-7", { order: "f" });
    await database.query("update delivery_keys set created_at = now() - interval '73 hours'");
    expect(await (await send("k-7", { order: "f" })).json()).toEqual({ order: "f", count: 2 });
    expect(await (await send("k-7", { order: "f" })).json()).toEqual({ order: "f", count: 2 });
  });

  test("that is only acknowledged names the first execution", async () => {
    const [first, copy] = [
      await send("k-8", { order: "g" }, "/later"),
      await send("k-8", { order: "g" }, "/later"),
    ];
    expect([first.status, copy.status]).toEqual([202, 202]);
    expect(await copy.json()).toEqual(await first.json());
  });

  test("whose run waits is answered as the first one was", async () => {
    const first = await send("k-9", {}, "/sleeps");
    const copy = await send("k-9", {}, "/sleeps");
    expect([first.status, copy.status]).toEqual([202, 202]);
    expect(await copy.json()).toEqual(await first.json());
  });

  test("that is too long is refused", async () => {
    expect((await send("k".repeat(256), { order: "h" })).status).toBe(400);
  });
});
