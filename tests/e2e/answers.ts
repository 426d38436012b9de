import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

const MB = 1024 * 1024;

/** One way to answer, and what the caller gets of it. */
interface Row {
  name: string;
  handler: string;
  options?: string;
  /** What is sent; default an empty body. */
  body?: Uint8Array;
  expect: {
    status: number;
    headers?: Record<string, string | string[]>;
    body?: string | Buffer;
    /** Of the error that the body says. */
    code?: string;
  };
}

const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const large = Buffer.alloc(5 * MB, "x");

const ROWS: readonly Row[] = [
  {
    name: "plain data is JSON",
    handler: '({ a: [1, "ü"] })',
    expect: { status: 200, headers: { "content-type": "application/json" }, body: '{"a":[1,"ü"]}' },
  },
  {
    name: "a Response is answered as it is: status, headers, repeated headers",
    handler: `new Response("tea", { status: 418, headers: [["x-one", "1"], ["link", "<a>"], ["link", "<b>"]] })`,
    expect: { status: 418, headers: { "x-one": "1", link: "<a>, <b>" }, body: "tea" },
  },
  {
    name: "bytes stay bytes, in and out",
    handler: `new Response(event.rawBody, { headers: { "content-type": "application/x-bytes" } })`,
    body: bytes,
    expect: { status: 200, headers: { "content-type": "application/x-bytes" }, body: bytes },
  },
  { name: "nothing is 204", handler: "undefined", expect: { status: 204, body: "" } },
  { name: "an empty Response is empty", handler: 'new Response("")', expect: { status: 200, body: "" } },
  {
    name: "an early answer is the answer",
    handler: `(await ctx.respond(new Response("early", { status: 202 })), "late")`,
    expect: { status: 202, body: "early" },
  },
  {
    name: "what is thrown is a coded error, and its message stays here",
    handler: `(() => { throw new TypeError("secret"); })()`,
    expect: { status: 500, code: "USER_ERROR" },
  },
  {
    name: "WebhookError answers as it says",
    handler: `(() => { throw new WebhookError(409, { reason: "taken" }); })()`,
    expect: { status: 409, body: '{"reason":"taken"}' },
  },
  {
    name: "a run past its deadline is 504",
    handler: "await new Promise(() => undefined)",
    options: "timeoutMs: 1_000,",
    expect: { status: 504, code: "RUN_TIMED_OUT" },
  },
  {
    name: "a run that blocks is 504 too",
    handler: "(() => { for (;;); })()",
    options: "timeoutMs: 1_000,",
    expect: { status: 504, code: "RUN_TIMED_OUT" },
  },
  {
    name: "process.exit is told as such",
    handler: "process.exit(3)",
    expect: { status: 500, code: "PROCESS_EXITED" },
  },
  {
    name: "5 MB go in and out",
    handler: "new Response(event.rawBody)",
    body: large,
    expect: { status: 200, body: large },
  },
  {
    name: "a value over 5 MB is refused, at once and by its code",
    handler: `"x".repeat(${6 * MB + 1})`,
    expect: { status: 500, code: "ANSWER_TOO_LARGE" },
  },
  {
    name: "a Response over 6 MB is sent as a stream, also when it is one piece",
    handler: `new Response("x".repeat(${6 * MB + 1}))`,
    expect: { status: 200, body: Buffer.alloc(6 * MB + 1, "x") },
  },
  {
    name: "a stream has no such bound",
    handler: `new Response(new ReadableStream({ async start(controller) {
      for (let n = 0; n < 16; n++) { controller.enqueue(new Uint8Array(${MB / 2}).fill(120)); await null; }
      controller.close();
    } }))`,
    expect: { status: 200, body: Buffer.alloc(8 * MB, "x") },
  },
  {
    name: "what a run asks of the server is answered: secrets, KV, steps",
    handler: `({
      secret: (await secret.value()).word,
      count: await counts.increment("n"),
      step: await ctx.step("once", () => new Date(0)).then((date) => date.getTime()),
    })`,
    expect: { status: 200, body: '{"secret":"sesame","count":1,"step":0}' },
  },
];

const SOURCE = `
import { Builtin, KVStore, Secret, WebhookError } from "floww";
const builtin = new Builtin();
const anything = { "~standard": { version: 1 as const, vendor: "test", validate: (value: unknown) => ({ value: value as { word: string } }) } };
const secret = new Secret("key", anything);
const counts = new KVStore().getTable<number>("counts");
${ROWS.map(
  ({ handler, options = "" }, row) =>
    `builtin.triggers.onWebhook({ path: "/${row}", ${options} handler: async (ctx, event) => ${handler} });`,
).join("\n")}
builtin.triggers.onWebhook({ path: "/gated", handler: () => new Response(new ReadableStream({
  async start(controller) {
    controller.enqueue(new TextEncoder().encode("first "));
    await fetch(process.env.GATE);
    controller.enqueue(new TextEncoder().encode("second"));
    controller.close();
  },
})) });
`;

export interface AnswersPlace {
  /** What `runtime` of floww.yaml says. */
  driver: "process" | "docker" | "lambda";
  /** Starts what the driver needs; with the server's settings for it. */
  start(): Promise<{ env: Record<string, string>; stop(): Promise<void> }>;
}

/** What callers get, through the public URL, is the same wherever the workflow runs. */
export function describeAnswers({ driver, start }: AnswersPlace): void {
  describe(`answers of code that runs in: ${driver}`, () => {
    let place: Awaited<ReturnType<AnswersPlace["start"]>>;
    let server: TestServer;
    let project: WorkflowProject;
    let gate: Server;
    let client: Client;
    let base: string;
    const waiting: ServerResponse[] = [];

    const deploy = async (name: string) => {
      await writeFile(join(project.folder, "floww.yaml"), `name: answers\nruntime:\n  driver: ${name}\n`);
      const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
      const deployed = JSON.parse(stdout) as { runtime: string; triggers: { url: string }[] };
      expect(deployed.runtime).toBe(name);
      return deployed.triggers.find(({ url }) => url.endsWith("/gated"))!.url.slice(0, -"/gated".length);
    };

    beforeAll(async () => {
      place = await start();
      gate = createServer((_, answer) => void waiting.push(answer)).listen(0, "127.0.0.1");
      await once(gate, "listening");
      server = await startTestServer({ env: { ...place.env, FLOWW_ALLOW_ADDRESSES: "127.0.0.1" } });
      project = await createProject("answers", SOURCE);
      client = createClient({
        serverUrl: server.url,
        token: (await readFile(join(server.home, "owner.token"), "utf8")).trim(),
      });
      const { namespaces } = await client.whoAmI({});
      const params = { namespaceId: namespaces[0]!.id };
      await client.setSecret({ params, body: { name: "key", value: { word: "sesame" } } });
      const { id } = await client.createWorkflow({ params, body: { name: "answers" } });
      const url = `http://127.0.0.1:${(gate.address() as AddressInfo).port}/`;
      await client.setVariable({ params: { ...params, workflowId: id }, body: { name: "GATE", value: url } });
      base = await deploy(driver);
    }, 120_000);
    afterAll(async () => {
      await server[Symbol.asyncDispose]();
      await project[Symbol.asyncDispose]();
      gate.closeAllConnections();
      gate.close();
      await place.stop();
    }, 60_000);

    test.each(ROWS.map((row, index) => ({ ...row, index })))("$name", async (row) => {
      const answer = await send(`${base}/${row.index}`, row.body);
      expect(answer.status).toBe(row.expect.status);
      expect(answer.headers).toMatchObject(row.expect.headers ?? {});
      if (row.expect.code !== undefined)
        expect(JSON.parse(answer.body.toString())).toMatchObject({ error: { code: row.expect.code } });
      if (row.expect.body === undefined) return;
      const wanted = Buffer.from(row.expect.body);
      // Said in full only where it can be read.
      if (wanted.byteLength < 1_000) expect(answer.body.toString("latin1")).toBe(wanted.toString("latin1"));
      expect(answer.body.equals(wanted)).toBe(true);
    });

    test("a stream's first piece is with the caller while the handler still works", async () => {
      const sent = request(`${base}/gated`, { method: "POST" });
      sent.end();
      const [answer] = await once(sent, "response");
      const [first] = await once(answer, "data");
      expect(String(first)).toBe("first ");
      await vi.waitUntil(() => waiting.length > 0, { timeout: 20_000 });
      waiting.pop()!.end();
      expect(String(await buffer(answer))).toBe("second");
    });

    test("a workflow moves to another driver and back, without a change of code or address", async () => {
      const other = driver === "process" ? undefined : "process";
      if (other !== undefined) expect(await deploy(other)).toBe(base);
      expect((await send(`${base}/0`)).body.toString()).toBe('{"a":[1,"ü"]}');
      expect(await deploy(driver)).toBe(base);
      expect((await send(`${base}/0`)).body.toString()).toBe('{"a":[1,"ü"]}');
    });
  });
}

/** By node:http, which keeps repeated headers and does not follow anything. */
async function send(url: string, body: Uint8Array = new Uint8Array(0)) {
  const sent = request(url, { method: "POST", headers: { "content-type": "application/octet-stream" } });
  sent.end(body);
  const [answer] = await once(sent, "response");
  return { status: answer.statusCode as number, headers: answer.headers, body: await buffer(answer) };
}
