import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Emulator,
  startEmulator,
} from "../../packages/providers/slack/server/testing/start-emulator.ts";
import { eventually } from "./eventually.ts";
import type { HomeDatabase } from "./home-database.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject } from "./workflow-project.ts";

const SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5";

const COMPLETED = 10;
const FAILED = 11;

const listener = (name: string) => `
import { Builtin, KVStore, Slack } from "floww";
const slack = new Slack();
const seen = new KVStore().getTable<number>("seen-${name}");
slack.triggers.onMessage({
  channelId: "C1",
  retries: 0,
  handler: async (ctx, event) => {
    const count = await seen.increment(event.deliveryId ?? "none");
    if (event.body.event.text === "fail once" && count === 1) throw new Error("the first time fails");
    return { text: event.body.event.text, count };
  },
});
slack.triggers.onSlashCommand({
  command: "/deploy",
  handler: (_ctx, event) => {
    if (event.body.text === "fail") throw new Error("it fails");
    return \`deploying \${event.body.text}\`;
  },
});
new Builtin().triggers.onWebhook({
  path: "/whoami",
  method: "GET",
  handler: async () => ({ user: (await slack.client.auth.test()).user, token: JSON.stringify(process.env) }),
});
`;

describe("events of a vendor", () => {
  let server: TestServer;
  let emulator: Emulator;
  let database: HomeDatabase;
  let eventUrl: string;
  let webhookUrl: string;
  const opened = new AsyncDisposableStack();

  beforeAll(async () => {
    emulator = opened.use(await startEmulator());
    server = opened.use(await startTestServer({ env: { FLOWW_ALLOW_ADDRESSES: "127.0.0.1" } }));
    database = opened.use(await server.openDatabase());
    const { client, namespaceId } = await owner();
    const fields = { ...emulator.fields("xoxb-helper"), signing_secret: SIGNING_SECRET };
    const provider = await client.setProvider({ params: { namespaceId }, body: { type: "slack", fields } });
    expect(provider).toMatchObject({ account: expect.stringContaining("Acme"), status: "working" });
    expect(JSON.stringify(provider)).not.toContain("xoxb-helper");
    eventUrl = provider.eventUrl!;
    for (const name of ["listener", "listener-2"]) {
      const project = opened.use(await createProject(name, listener(name)));
      const { stdout } = await server.cli(["deploy", "--yes", "--json"], { cwd: project.folder });
      const { triggers } = JSON.parse(stdout) as { triggers: { url?: string }[] };
      webhookUrl = triggers.find(({ url }) => url !== undefined)!.url!;
    }
  }, 60_000);
  afterAll(() => opened.disposeAsync());

  async function owner() {
    const { stdout } = await server.cli(["whoami", "--json"]);
    const { namespaces } = JSON.parse(stdout) as { namespaces: { id: string }[] };
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    return { client: createClient({ serverUrl: server.url, token }), namespaceId: namespaces[0]!.id };
  }

  function send(
    body: string,
    {
      secret = SIGNING_SECRET,
      type = "application/json",
      atMs = Date.now(),
      headers = {} as Record<string, string>,
    } = {},
  ): Promise<Response> {
    const time = String(Math.floor(atMs / 1_000));
    const signature = createHmac("sha256", secret).update(`v0:${time}:${body}`).digest("hex");
    return fetch(eventUrl, {
      method: "POST",
      body,
      headers: {
        "content-type": type,
        "x-slack-request-timestamp": time,
        "x-slack-signature": `v0=${signature}`,
        ...headers,
      },
    });
  }

  function message(id: string, text: string, channel = "C1"): string {
    const event = { type: "message", channel, user: "U1", text, ts: "1.0" };
    return JSON.stringify({ type: "event_callback", team_id: "T1", event_id: id, event });
  }

  interface Run {
    state: number;
    output: string | null;
  }

  /** The executions that deliveries with this id caused. */
  async function runsOf(eventId: string): Promise<Run[]> {
    const rows =
      await database.query(`select e.state, convert_from(e.output, 'utf8') as output from executions e join deliveries d on d.id = e.delivery_id
       where convert_from(d.head, 'utf8')::json ->> 'deliveryId' = '${eventId}' order by e.id`);
    return rows as unknown as Run[];
  }

  /** Waits until the executions that a delivery id caused stand so. */
  function settled(eventId: string, states: number[]): Promise<Run[]> {
    return eventually(async () => {
      const runs = await runsOf(eventId);
      return runs.map(({ state }) => state).join() === states.join() ? runs : undefined;
    });
  }

  test("one delivery runs a handler of each workflow that wants it, after it was acknowledged", async () => {
    const sent = await send(message("Ev1", "hello"));
    expect(sent.status).toBe(200);
    expect(sent.headers.get("x-floww-execution")?.split(", ")).toHaveLength(2);
    const runs = await settled("Ev1", [COMPLETED, COMPLETED]);
    expect(runs.map(({ output }) => JSON.parse(output!))).toEqual([
      { text: "hello", count: 1 },
      { text: "hello", count: 1 },
    ]);
  });

  test("a delivery that is sent again causes nothing new", async () => {
    for (const retry of ["", "1", "2"]) {
      const sent = await send(message("Ev2", "again"), {
        headers: retry === "" ? {} : { "x-slack-retry-num": retry },
      });
      expect(sent.status).toBe(200);
    }
    await settled("Ev2", [COMPLETED, COMPLETED]);
    const kept = await database.query(
      "select verdict from deliveries where convert_from(head, 'utf8')::json ->> 'deliveryId' = 'Ev2' order by id",
    );
    expect(kept.map(({ verdict }) => verdict)).toEqual([1, 4, 4]);
  });

  test("the same delivery id with other bytes is a copy that says so: a vendor may count its tries in the body", async () => {
    await send(message("Ev2b", "first"));
    await settled("Ev2b", [COMPLETED, COMPLETED]);
    const again = await send(message("Ev2b", "second"), { headers: { "x-slack-retry-num": "1" } });
    expect(again.status).toBe(200);
    await send(message("Ev2b", "first"), { headers: { "x-slack-retry-num": "2" } });
    expect(await runsOf("Ev2b")).toHaveLength(2);
    const kept = await database.query(
      `select verdict, has_other_body, convert_from(body, 'utf8') as body,
         copy_of in (select id from executions) as leads
       from deliveries where convert_from(head, 'utf8')::json ->> 'deliveryId' = 'Ev2b' order by id`,
    );
    expect(kept).toMatchObject([
      { verdict: 1, has_other_body: false, leads: null },
      { verdict: 4, has_other_body: true, leads: true, body: expect.stringContaining("second") },
      { verdict: 4, has_other_body: false, leads: true },
    ]);
  });

  test("of ten copies at once each handler sees one", async () => {
    await Promise.all(Array.from({ length: 10 }, () => send(message("Ev3", "burst"))));
    await settled("Ev3", [COMPLETED, COMPLETED]);
  });

  test("a copy of one that failed is its replay", async () => {
    await send(message("Ev4", "fail once"));
    await settled("Ev4", [FAILED, FAILED]);
    await send(message("Ev4", "fail once"), { headers: { "x-slack-retry-num": "1" } });
    await settled("Ev4", [FAILED, FAILED, COMPLETED, COMPLETED]);
  });

  test("what no filter lets pass is acknowledged, kept, and runs nothing", async () => {
    expect((await send(message("Ev5", "elsewhere", "C9"))).status).toBe(200);
    expect(await runsOf("Ev5")).toEqual([]);
    const kept = await database.query(
      "select verdict from deliveries where convert_from(head, 'utf8')::json ->> 'deliveryId' = 'Ev5'",
    );
    expect(kept).toEqual([{ verdict: 6 }]);
  });

  test("what is not signed, or too old, is refused with 401, kept with its reason, and runs nothing", async () => {
    const before = await database.query("select id from executions");
    const body = message("Ev6", "forged");
    const refused = await Promise.all([
      send(body, { secret: "another" }),
      send(body, { atMs: Date.now() - 301_000 }),
      fetch(eventUrl, { method: "POST", body, headers: { "content-type": "application/json" } }),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(await refused[0]!.json()).toMatchObject({ error: { code: "SIGNATURE_INVALID" } });
    expect(await database.query("select id from executions")).toHaveLength(before.length);
    expect(await database.query("select id from deliveries where verdict = 3")).toHaveLength(3);
  });

  test("the handshake is answered when it is signed, and an unknown address looks like any other", async () => {
    const challenge = JSON.stringify({ type: "url_verification", challenge: "c-1" });
    expect(await (await send(challenge)).text()).toBe("c-1");
    expect((await send(challenge, { secret: "another" })).status).toBe(401);
    const unknown = await fetch(`${eventUrl}x`, { method: "POST", body: "{}" });
    const stranger = await fetch(`${server.url}/webhook/no-such-key/`, { method: "POST", body: "{}" });
    expect([unknown.status, await unknown.text()]).toEqual([stranger.status, await stranger.text()]);
  });

  test("another method than POST is not found, and kept as no_route", async () => {
    expect((await fetch(`${eventUrl}?probe=1`)).status).toBe(404);
    const { client, namespaceId } = await owner();
    const query = { verdict: "no_route" } as const;
    const found = await eventually(
      async () => (await client.listDeliveries({ params: { namespaceId }, query })).items[0],
    );
    expect(found).toMatchObject({ method: "GET", providerId: expect.any(String) });
    const shown = await client.getDelivery({ params: { namespaceId, deliveryId: found.id } });
    expect(shown.query).toBe("probe=1");
  });

  test("what came through the provider is listed by its verdict and by the workflow that it ran", async () => {
    const { client, namespaceId } = await owner();
    const params = { namespaceId };
    const providerId = (await client.listProviders({ params })).items[0]!.id;
    const count = async (verdict: "bad_signature" | "filtered" | "handshake" | "duplicate") =>
      (await client.listDeliveries({ params, query: { providerId, verdict } })).items.length;
    expect([await count("bad_signature"), await count("filtered"), await count("handshake")]).toEqual([
      4, 1, 1,
    ]);
    const workflowId = (await client.listWorkflows({ params, query: {} })).items[0]!.id;
    const { items } = await client.listDeliveries({ params, query: { workflowId, verdict: "accepted" } });
    expect(items.length).toBeGreaterThan(2);
    const shown = await client.getDelivery({ params: { namespaceId, deliveryId: items.at(-1)!.id } });
    expect(shown).toMatchObject({ eventName: "message", body: { kind: "json" } });
    expect(shown.executions).toHaveLength(2);
  });

  function command(id: string, text: string): Promise<Response> {
    const ids = { trigger_id: id, user_id: "U1", channel_id: "C1" };
    const form = new URLSearchParams({ command: "/deploy", text, ...ids });
    return send(form.toString(), { type: "application/x-www-form-urlencoded" });
  }

  test("a slash command is answered by its handler", async () => {
    const sent = await command("t-1", "main");
    expect(sent.status).toBe(200);
    expect(await sent.text()).toContain("deploying main");
  });

  test("an answer that is an error names the run which gave it, whatever else the event caused", async () => {
    const { client, namespaceId } = await owner();
    const { items } = await client.listWorkflows({ params: { namespaceId }, query: {} });
    // The one that is paused keeps the command for later, the other answers it: first the one, then the other.
    for (const [paused, answering] of [items, items.toReversed()]) {
      const params = { namespaceId, workflowId: paused!.id };
      await client.pauseWorkflow({ params });
      const sent = await command(`t-${paused!.name}`, "fail");
      await client.resumeWorkflow({ params });
      expect(sent.status).toBe(500);
      const { executionId } = (await sent.json()) as { executionId: string };
      const named = await client.getExecution({ params: { namespaceId, executionId } });
      expect(named).toMatchObject({ workflowName: answering!.name, status: "failed" });
    }
  });

  test("a handler calls Slack by Slack's own client, and holds no credential", async () => {
    const answered = await fetch(webhookUrl);
    const { user, token } = (await answered.json()) as { user: string; token: string };
    expect(user).toBe("helper");
    expect(token).not.toContain("xoxb");
    const traced = await database.query("select convert_from(text, 'utf8') as text from execution_logs");
    expect(traced).toContainEqual({
      text: expect.stringMatching(/^slack POST slack\.com\/api\/auth\.test -> 200 in \d+ ms$/),
    });
  });

  test("fields that were not tried with success change nothing, and one field's change leaves the others", async () => {
    const { client, namespaceId } = await owner();
    const wrong = client.setProvider({
      params: { namespaceId },
      body: { type: "slack", fields: { bot_token: "xoxb-nobody", api_url: "http://127.0.0.1:9/api" } },
    });
    await expect(wrong).rejects.toMatchObject({ code: "PROVIDER_UNREACHABLE" });
    const fields = { workspace_url: "https://acme.slack.com" };
    const changed = await client.setProvider({ params: { namespaceId }, body: { type: "slack", fields } });
    expect(changed.fields.workspace_url).toBe("https://acme.slack.com");
    expect(changed.secretFields.sort()).toEqual(["bot_token", "signing_secret"]);
    expect((await fetch(webhookUrl)).status).toBe(200);
    expect((await send(message("Ev7", "still verified"))).status).toBe(200);
  });

  test("no canary of a credential is in the database, in an execution or in a log", async () => {
    const dumped = await database.query(
      "select coalesce(string_agg(p::text, ''), '') as text from providers p union all select coalesce(string_agg(e::text, ''), '') from executions e union all select coalesce(string_agg(l::text, ''), '') from execution_logs l",
    );
    const hex = Buffer.from("xoxb-helper").toString("hex");
    for (const { text } of dumped as { text: string }[]) {
      expect(text).not.toContain("xoxb-helper");
      expect(text).not.toContain(hex);
    }
  });
});
