import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import type { HomeDatabase } from "./home-database.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject } from "./workflow-project.ts";

const SOURCE = `
import { Builtin, KVStore } from "floww";
const builtin = new Builtin();
const seen = new KVStore().getTable<number>("seen");
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const busy = async (event: { body: { k: string; n?: number; ms?: number } }) => {
  const { k, n = 0, ms = 200 } = event.body;
  const now = await seen.increment("now " + k);
  await pause(ms);
  await seen.increment("now " + k, -1);
  return { k, n, now };
};
type Body = { k: string; n?: number; ms?: number };
builtin.triggers.onWebhook<Body>({ path: "/queue", concurrency: { limit: 1, key: "body.k" }, handler: (_ctx, event) => busy(event) });
builtin.triggers.onWebhook<Body>({ path: "/later", response: "ack", concurrency: { limit: 1, key: "body.k" }, handler: (_ctx, event) => busy(event) });
builtin.triggers.onWebhook<Body>({ path: "/drop", concurrency: { limit: 1, key: "body.k", strategy: "drop" }, handler: (_ctx, event) => busy(event) });
builtin.triggers.onWebhook<Body>({ path: "/newest", concurrency: { limit: 1, key: "body.k", strategy: "cancel-running" }, handler: (_ctx, event) => busy(event) });
builtin.triggers.onWebhook<Body>({ path: "/limited", rateLimit: { limit: 2, period: "1h", key: "headers.x-tenant" }, handler: (_ctx, event) => event.body });
builtin.triggers.onWebhook<Body>({ path: "/spread", throttle: { limit: 10, period: "3s" }, handler: (_ctx, event) => event.body });
builtin.triggers.onWebhook<Body>({ path: "/quiet", response: "ack", debounce: { period: "400ms", key: "body.k" }, handler: (_ctx, event) => event.body });
builtin.triggers.onWebhook<Body>({ path: "/once", idempotency: { key: "body.k" }, handler: (_ctx, event) => event.body });
builtin.triggers.onWebhook<Body>({ path: "/fresh", response: "ack", concurrency: { limit: 1 }, ttl: "1s", handler: (_ctx, event) => busy(event) });
`;

describe("flow control", () => {
  let server: TestServer;
  let database: HomeDatabase;
  let base: string;
  const opened = new AsyncDisposableStack();

  beforeAll(async () => {
    server = opened.use(await startTestServer());
    database = opened.use(await server.openDatabase());
    const project = opened.use(await createProject("flow-control", SOURCE));
    const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
    const { triggers } = JSON.parse(stdout) as { triggers: { url: string }[] };
    base = triggers.find(({ url }) => url.endsWith("/queue"))!.url.slice(0, -"/queue".length);
  }, 60_000);
  afterAll(() => opened.disposeAsync());

  function send(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(base + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  }

  async function codeOf(response: Response): Promise<string> {
    return ((await response.json()) as { error: { code: string } }).error.code;
  }

  /** What became of the executions of one path, oldest first. */
  async function outcomes(path: string): Promise<string[]> {
    const rows = await database.query(
      `select e.state, convert_from(e.error, 'utf8')::json ->> 'code' as code from executions e
       join triggers t on t.id = e.trigger_id where t.key = 'POST ${path}' order by e.created_at, e.id`,
    );
    return rows.map(({ state, code }) => String(code ?? state));
  }

  function eventuallyAre(path: string, wanted: string[]): Promise<true> {
    return eventually(async () => (String(await outcomes(path)) === String(wanted) ? true : undefined));
  }

  test("callers of one key are answered one after the other, those of another are not kept", async () => {
    const answers = await Promise.all([1, 2, 3].map((n) => send("/queue", { k: "a", n })));
    const startedAt = performance.now();
    expect(await (await send("/queue", { k: "b", ms: 0 })).json()).toEqual({ k: "b", n: 0, now: 1 });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as { now: number }[];
    expect(bodies.map(({ now }) => now)).toEqual([1, 1, 1]);
  });

  test("acknowledged events of one key run in the order in which they came", async () => {
    for (const n of [1, 2, 3, 4]) expect((await send("/later", { k: "a", n, ms: 50 })).status).toBe(202);
    await eventuallyAre("/later", ["10", "10", "10", "10"]);
    const runs = await database.query(
      `select (convert_from(output, 'utf8')::json ->> 'n')::integer as n, (convert_from(output, 'utf8')::json ->> 'now')::integer as now
       from executions e join triggers t on t.id = e.trigger_id where t.key = 'POST /later' order by started_at`,
    );
    expect(runs).toEqual([1, 2, 3, 4].map((n) => ({ n, now: 1 })));
  });

  test("what is beyond a limit that drops is answered with 429, and can be seen", async () => {
    const answers = await Promise.all([1, 2, 3].map(() => send("/drop", { k: "a", ms: 1_500 })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 429, 429]);
    const dropped = answers.find(({ status }) => status === 429)!;
    expect(dropped.headers.get("retry-after")).toBe("1");
    expect(await codeOf(dropped)).toBe("RUN_DROPPED");
    expect((await outcomes("/drop")).sort()).toEqual(["10", "RUN_DROPPED", "RUN_DROPPED"]);
  });

  test("the newest takes the place of the one that runs", async () => {
    const first = send("/newest", { k: "a", ms: 20_000 });
    await eventuallyAre("/newest", ["2"]);
    expect((await send("/newest", { k: "a", ms: 0 })).status).toBe(200);
    const replaced = await first;
    expect([replaced.status, await codeOf(replaced)]).toEqual([409, "RUN_REPLACED"]);
  });

  test("what is beyond the rate is refused until the window is over, by key", async () => {
    for (const _time of [1, 2]) expect((await send("/limited", {}, { "x-tenant": "a" })).status).toBe(200);
    const third = await send("/limited", {}, { "x-tenant": "a" });
    expect(third.status).toBe(429);
    expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(3_000);
    expect(await codeOf(third)).toBe("RUN_RATE_LIMITED");
    expect((await send("/limited", {}, { "x-tenant": "b" })).status).toBe(200);
  });

  test("what is throttled comes later, one after the other", async () => {
    const startedAt = performance.now();
    const answers = await Promise.all([1, 2, 3, 4].map(() => send("/spread", {})));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(performance.now() - startedAt).toBeGreaterThan(850);
  });

  test("only the last of a burst runs", async () => {
    for (const n of [1, 2, 3]) await send("/quiet", { k: "a", n });
    await eventuallyAre("/quiet", ["RUN_DEBOUNCED", "RUN_DEBOUNCED", "10"]);
    const ran = await database.query(
      `select convert_from(output, 'utf8')::json ->> 'n' as n from executions e join triggers t on t.id = e.trigger_id
       where t.key = 'POST /quiet' and output is not null`,
    );
    expect(ran).toEqual([{ n: "3" }]);
  });

  test("events that the author calls the same are one, whatever else they say", async () => {
    const [first, copy] = [await send("/once", { k: "a", n: 1 }), await send("/once", { k: "a", n: 2 })];
    expect([await first.json(), await copy.json()]).toEqual([
      { k: "a", n: 1 },
      { k: "a", n: 1 },
    ]);
    expect(await outcomes("/once")).toEqual(["10"]);
    expect(await (await send("/once", { k: "b", n: 3 })).json()).toEqual({ k: "b", n: 3 });
  });

  test("what cannot work is refused at deploy, with its line", async () => {
    const source = `import { Builtin } from "floww";
new Builtin().triggers.onWebhook({ path: "/x", debounce: { period: "1s" }, handler: () => 1 });`;
    await using project = await createProject("flow-refused", source);
    const refused = await server.cli(["deploy", project.folder, "--yes"]).catch((error: unknown) => error);
    expect((refused as { stderr: string }).stderr).toMatch(/main\.ts:2.*debounce ends events/s);
  });

  test("what has waited too long is not started any more", async () => {
    await send("/fresh", { k: "fresh", ms: 2_500 });
    await send("/fresh", { k: "fresh" });
    await eventuallyAre("/fresh", ["10", "RUN_EXPIRED"]);
  });
});
