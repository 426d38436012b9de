import { createHmac } from "node:crypto";
import { type Client, createClient, type RouteReply, type routes } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestBrowser } from "../../apps/server/testing/browser.ts";
import { eventually } from "./eventually.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

const SOURCE = `
import { Builtin, Secret, WebhookError } from "floww";
const builtin = new Builtin();
const anything = { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } };
const shop = new Secret("shop", anything);
const echo = (ctx, event) => ({ method: event.method, headers: event.headers, query: event.query, body: event.body, params: event.params });
builtin.triggers.onWebhook({ path: "/echo", handler: echo });
builtin.triggers.onWebhook({ path: "/orders/:id", method: "PUT", handler: echo });
builtin.triggers.onWebhook({ path: "/look", method: "GET", handler: echo });
builtin.triggers.onWebhook({ path: "/later", response: "ack", handler: echo });
builtin.triggers.onWebhook({ path: "/signed", auth: { signature: { key: shop.field("key"), header: "X-Signature" } }, handler: echo });
builtin.triggers.onWebhook({ path: "/missing", handler: () => { throw new WebhookError(404, { error: "no such order" }); } });
builtin.triggers.onWebhook({ path: "/big", handler: () => "ä".repeat(200_000) });
builtin.triggers.onWebhook({ path: "/endless", handler: () => new Response(new ReadableStream({
  pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024).fill(0x61)),
})) });
builtin.triggers.onCron({ expression: "0 3 * * *", handler: () => undefined });
`;

type Answer = RouteReply<(typeof routes)["sendTestEvent"]>;

describe("a test event", () => {
  const opened = new AsyncDisposableStack();
  let server: TestServer;
  let browser: TestBrowser;
  let client: Client;
  let project: WorkflowProject;
  let params: { namespaceId: string; workflowId: string };
  let triggers: { id: string; handlerId: string; type: string; url?: string | undefined }[];

  beforeAll(async () => {
    server = opened.use(await startTestServer());
    const link = new URL(server.setupUrl!);
    browser = new TestBrowser(server.url);
    await browser.fill(link.pathname + link.search, {
      name: "Ada",
      email: "ada@example.com",
      password: "correct horse battery",
    });
    // As the dashboard does: with the cookie.
    client = createClient({
      serverUrl: server.url,
      fetch: (address, init) => {
        const { pathname, search } = new URL(String(address));
        return browser.api(pathname + search, init);
      },
    });
    const namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    await client.setSecret({ params: { namespaceId }, body: { name: "shop", value: { key: "k" } } });
    project = opened.use(await createProject("tested", SOURCE));
    const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
    params = { namespaceId, workflowId: (JSON.parse(stdout) as { workflowId: string }).workflowId };
    triggers = (await client.listTriggers({ params })).items;
  }, 60_000);
  afterAll(() => opened.disposeAsync());

  function triggerId(path: string): string {
    return triggers.find(({ url }) => url?.endsWith(path))!.id;
  }

  function send(path: string, body: Parameters<Client["sendTestEvent"]>[0]["body"] = {}): Promise<Answer> {
    return client.sendTestEvent({ params: { ...params, triggerId: triggerId(path) }, body });
  }

  /** What the handler saw. */
  function seen({ body }: Answer): Record<string, unknown> {
    return (body as { value: Record<string, unknown> }).value;
  }

  test("is answered by the handler, recorded, and named", async () => {
    const answer = await send("/echo", {
      query: "?q=1",
      headers: [
        ["Content-Type", "application/json"],
        ["X-Shop", "Berlin"],
      ],
      body: '{"n":1}',
    });
    expect(answer).toMatchObject({ status: 200, isCut: false });
    expect(answer.durationMs).toBeGreaterThan(0);
    expect(Object.fromEntries(answer.headers)).toMatchObject({ "x-content-type-options": "nosniff" });
    expect(seen(answer)).toMatchObject({
      method: "POST",
      query: { q: "1" },
      headers: { "x-shop": "Berlin", host: new URL(server.url).host },
      body: { n: 1 },
    });
    const { namespaceId } = params;
    const { executionId = "" } = answer;
    const execution = await client.getExecution({ params: { namespaceId, executionId } });
    expect(execution).toMatchObject({ origin: "webhook", status: "completed" });
    const { deliveryId = "" } = execution;
    const delivery = await client.getDelivery({ params: { namespaceId, deliveryId } });
    expect(delivery).toMatchObject({ verdict: "accepted", remoteAddress: "127.0.0.1" });
  });

  test("has the trigger's own method, and none of the sender's cookie, token or origin", async () => {
    expect(browser.cookies.size).toBeGreaterThan(0);
    const id = "one/two ä%2f?#";
    expect(seen(await send("/orders/:id", { params: { id } }))).toMatchObject({
      method: "PUT",
      params: { id },
    });
    for (const params of [{}, { id: ".." }, { id: "\ud800" }, { other: "1" }])
      await expect(send("/orders/:id", { params })).rejects.toMatchObject({
        code: "INPUT_INVALID",
        message: expect.stringContaining('"id"'),
      });
    const { headers } = seen(await send("/echo")) as { headers: object };
    expect(Object.keys(headers).sort()).toEqual(["connection", "content-length", "host"]);
    const [[name = "", value = ""] = []] = [...browser.cookies];
    const sent = await send("/echo", { headers: [["cookie", `${name}=${value}; theirs=1`]] });
    expect(seen(sent)).toMatchObject({ headers: { cookie: "theirs=1" } });
    expect(JSON.stringify(sent)).not.toContain(value);
  });

  test("of HEAD has no body, and one of another method finds what a caller would find", async () => {
    expect(await send("/look", { method: "HEAD" })).not.toHaveProperty("body");
    expect(await send("/look", { method: "DELETE" })).toMatchObject({
      status: 404,
      body: { value: { error: { code: "WEBHOOK_NOT_FOUND" } } },
    });
  });

  test("for a webhook that only acknowledges is acknowledged", async () => {
    const answer = await send("/later");
    expect(answer).toMatchObject({ status: 202, body: { value: { executionId: answer.executionId } } });
  });

  test("shows an author's own error as callers get it", async () => {
    expect(await send("/missing")).toMatchObject({
      status: 404,
      body: { value: { error: "no such order" } },
    });
  });

  test("has to bring the proof that its webhook asks for", async () => {
    const refused = await send("/signed", { body: "x" });
    expect(refused).toMatchObject({ status: 401 });
    expect(refused).not.toHaveProperty("executionId");
    await eventually(async () => {
      const { items } = await client.listDeliveries({ params: { namespaceId: params.namespaceId } });
      return items.find(({ verdict }) => verdict === "bad_signature");
    });
    const signature = createHmac("sha256", "k").update("x").digest("hex");
    expect(await send("/signed", { body: "x", headers: [["X-Signature", signature]] })).toMatchObject({
      status: 200,
    });
  });

  test("is shown the first 256 kB of a long answer, and of one without an end", async () => {
    const big = await send("/big");
    expect(big.isCut).toBe(true);
    expect(big.body).toMatchObject({ kind: "text" });
    expect(Buffer.byteLength((big.body as { value: string }).value)).toBe(256 * 1024);
    const endless = await send("/endless");
    expect(endless).toMatchObject({ status: 200, isCut: true, body: { kind: "text" } });
    // The run goes on without its caller, until somebody ends it.
    const { executionId = "" } = endless;
    await client.cancelExecution({ params: { namespaceId: params.namespaceId, executionId } });
  });

  test.each([
    ["a header that delimits", [["Transfer-Encoding", "chunked"]]],
    ["a header with a line break", [["X-One", "a\r\nX-Two: b"]]],
    ["a header with what no header may hold", [["X-One", "\u0100"]]],
  ])("with %s is refused", async (_, headers) => {
    await expect(send("/echo", { headers: headers as [string, string][] })).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
  });

  test("with more headers than any caller may send is refused as theirs would be", async () => {
    const headers = Array.from({ length: 50 }, (__, n): [string, string] => [`x-${n}`, "x".repeat(8_000)]);
    expect(await send("/echo", { headers })).toMatchObject({ status: 431 });
  });

  test("is not sent to what is no webhook", async () => {
    const { id } = triggers.find(({ type }) => type === "onCron")!;
    await expect(
      client.sendTestEvent({ params: { ...params, triggerId: id }, body: {} }),
    ).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  });
});
