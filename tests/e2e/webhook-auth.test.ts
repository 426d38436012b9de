import { createHmac } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { startDatabaseClient } from "./home-database.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

const TOKEN = "canary-token-91c5d0b2";
const WRONG_TOKEN = "canary-wrong-77ab01fe";
const KEY = "canary-key-3e8f6a10";

const SOURCE = `
import { Builtin, Secret } from "floww";
const builtin = new Builtin();
const anything = { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } };
const shop = new Secret("shop", anything);
const seen = (ctx, event) => ({ names: Object.keys(event.headers), body: event.body });
builtin.triggers.onWebhook({ path: "/open", handler: seen });
builtin.triggers.onWebhook({ path: "/bearer", auth: { bearer: shop.field("token") }, handler: seen });
builtin.triggers.onWebhook({ path: "/signed", auth: { signature: { key: shop.field("key"), header: "X-Signature" } }, handler: seen });
builtin.triggers.onWebhook({ path: "/standard", auth: { standardWebhooks: shop.field("key") }, handler: (ctx) => ({ id: ctx.execution.id }) });
`;

const late = `
builtin.triggers.onWebhook({ path: "/late/:id", auth: { bearer: shop.field("token") }, handler: (ctx, event) => ({ ...seen(ctx, event), id: event.params.id }) });
`;

describe("a webhook that asks who calls", () => {
  let home: string;
  let server: TestServer;
  let client: Client;
  let namespaceId: string;
  let project: WorkflowProject;
  let base: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "floww-auth-"));
    server = await startTestServer({ home });
    const token = (await readFile(join(home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    project = await createProject("auth", SOURCE);
  }, 60_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  });

  const setSecret = (value: Record<string, string | string[]>) =>
    client.setSecret({ params: { namespaceId }, body: { name: "shop", value } });

  async function deploy(): Promise<void> {
    const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
    const deployed = JSON.parse(stdout) as { triggers: { url?: string }[] };
    base = deployed.triggers.find(({ url }) => url?.endsWith("/open"))!.url!.replace(/\/open$/, "");
  }

  async function post(path: string, headers: Record<string, string> = {}, body = '{"n": 1}') {
    const answer = await fetch(base + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
    const text = await answer.text();
    return { status: answer.status, challenge: answer.headers.get("www-authenticate"), ...JSON.parse(text) };
  }

  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const signed = (body: string) => ({ "x-signature": createHmac("sha256", KEY).update(body).digest("hex") });
  const deliveries = async () => (await client.listDeliveries({ params: { namespaceId } })).items;

  test("does not go live before the secret has the text that it names", async () => {
    await setSecret({ key: KEY });
    const refused = await server.cli(["deploy", project.folder, "--yes"]).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      stderr: expect.stringContaining('The secret "shop" has no text "token"'),
    });
    await setSecret({ token: TOKEN, key: KEY });
    await deploy();
  });

  test("takes the right token and signature, and answers 401 to anything else without a run", async () => {
    expect(await post("/bearer", bearer(TOKEN))).toMatchObject({ status: 200, body: { n: 1 } });
    expect(await post("/signed", signed('{"n": 1}'))).toMatchObject({ status: 200 });
    const refusals = [
      await post("/bearer"),
      await post("/bearer", bearer(WRONG_TOKEN)),
      await post("/signed"),
      await post("/signed", signed('{"n":1}')),
    ];
    for (const refused of refusals)
      expect(refused).toMatchObject({ status: 401, error: { code: "WEBHOOK_UNAUTHENTICATED" } });
    expect(refusals.map(({ challenge }) => challenge)).toEqual([
      'Bearer realm="webhook"',
      'Bearer realm="webhook"',
      "Signature",
      "Signature",
    ]);
    await eventually(async () => {
      const all = (await deliveries()).filter(({ verdict }) => verdict === "bad_signature");
      return all.length === 4 ? all : undefined;
    });
    const { items } = await client.listExecutions({ params: { namespaceId } });
    expect(items).toHaveLength(2);
  });

  test("takes what comes twice under one webhook-id for one event, and an Idempotency-Key there for nothing", async () => {
    const send = async (id: string, body = '{"n": 1}') => {
      const at = String(Math.floor(Date.now() / 1000));
      const signature = createHmac("sha256", Buffer.from(KEY, "base64")).update(`${id}.${at}.${body}`);
      return post(
        "/standard",
        {
          "webhook-id": id,
          "webhook-timestamp": at,
          "webhook-signature": `v1,${signature.digest("base64")}`,
          "idempotency-key": "theirs",
        },
        body,
      );
    };
    const first = await send("msg_1");
    expect(first).toMatchObject({ status: 200, id: expect.any(String) });
    expect(await send("msg_1")).toEqual(first);
    const other = await send("msg_2");
    expect(other.status).toBe(200);
    expect(other.id).not.toBe(first.id);
    expect(await send("msg_1", '{"n": 2}')).toMatchObject({ status: 422 });
  });

  test("shows the handler no token, and what it asks nobody for as it came", async () => {
    const { names } = await post("/bearer", bearer(TOKEN));
    expect(names).toContain("content-type");
    expect(names).not.toContain("authorization");
    expect((await post("/open", bearer("theirs"))).names).toContain("authorization");
    expect((await post("/signed", signed('{"n": 1}'))).names).toContain("x-signature");
  });

  test("a secret that is set anew counts from the next request on", async () => {
    await setSecret({ token: [TOKEN, "next"], key: KEY });
    expect(await post("/bearer", bearer("next"))).toMatchObject({ status: 200 });
    await setSecret({ token: TOKEN, key: KEY });
    expect(await post("/bearer", bearer("next"))).toMatchObject({ status: 401 });
  });

  test("what was refused runs once the secret is right, when it was signed; a token is not kept", async () => {
    await setSecret({ token: "other", key: "other" });
    await post("/signed", signed('{"n": 7}'), '{"n": 7}');
    await post("/bearer", bearer(TOKEN), '{"n": 8}');
    await setSecret({ token: TOKEN, key: KEY });
    const refused = await eventually(async () => {
      const [last, before] = (await deliveries()).filter(({ verdict }) => verdict === "bad_signature");
      return last?.path === "/bearer" && before?.path === "/signed" ? [last, before] : undefined;
    });
    const replay = (deliveryId: string) =>
      client.replayDelivery({ params: { namespaceId, deliveryId }, body: {} });
    const made = await replay(refused[1]!.id);
    expect(made.executionIds).toHaveLength(1);
    await expect(replay(refused[0]!.id)).rejects.toMatchObject({
      code: "STATE_CONFLICT",
      message: expect.stringContaining("It is still refused: there is no bearer token"),
      fix: expect.stringContaining("ask its sender to send it again"),
    });
  });

  test("what came before there was a trigger has to prove itself to it, and leaves its token behind", async () => {
    await post("/late/1", bearer(TOKEN));
    await post("/late/2", bearer(WRONG_TOKEN));
    await project.write(SOURCE + late);
    await deploy();
    const waiting = await eventually(async () => {
      const all = (await deliveries()).filter(({ path }) => path?.startsWith("/late"));
      return all.length === 2 ? all : undefined;
    });
    const replay = (path: string) => {
      const { id: deliveryId } = waiting.find((delivery) => delivery.path === path)!;
      return client.replayDelivery({ params: { namespaceId, deliveryId }, body: {} });
    };
    await expect(replay("/late/2")).rejects.toMatchObject({ code: "STATE_CONFLICT" });
    const [executionId] = (await replay("/late/1")).executionIds;
    const run = await eventually(async () => {
      const execution = await client.getExecution({ params: { namespaceId, executionId: executionId! } });
      return execution.finishedAt === undefined ? undefined : execution;
    });
    expect(run.output).toMatchObject({
      value: { id: "1", names: expect.not.arrayContaining(["authorization"]) },
    });
  });

  test("tokens and keys lie nowhere in the database, but where the path asked nobody for them", async () => {
    await using database = await startDatabaseClient(home);
    const found = async (canary: string) => {
      const rows = await database.query<{ path: string }>(
        `select convert_from(head, 'UTF8')::json ->> 'path' as path from deliveries
         where position('${canary}' in convert_from(head, 'UTF8')) > 0 order by 1`,
      );
      return rows.map(({ path }) => path);
    };
    expect(await found(TOKEN)).toEqual(["/late/1"]);
    expect(await found(WRONG_TOKEN)).toEqual(["/late/2"]);
    const texts = await database.query<{ text: string }>(
      `select convert_from(event, 'UTF8') as text from executions where event is not null
       union all select convert_from(output, 'UTF8') from executions where output is not null`,
    );
    expect(texts.length).toBeGreaterThan(3);
    for (const { text } of texts)
      for (const canary of [TOKEN, WRONG_TOKEN, KEY]) expect(text).not.toContain(canary);
  });
});
