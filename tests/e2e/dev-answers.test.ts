import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { type RunningCommand, startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

const PIECES = 200;
const PIECE_BYTES = 64 * 1024;

const SOURCE = `
import { Builtin, KVStore } from "floww";
const builtin = new Builtin();
const gate = () => fetch(process.env.GATE);
const bytes = new TextEncoder();
builtin.triggers.onWebhook({ path: "/early", handler: async (ctx) => {
  await ctx.respond(new Response("taken", { status: 202, headers: { "x-from": "laptop" } }));
  await gate();
  ctx.logger.info("after the gate");
} });
builtin.triggers.onWebhook({ path: "/stream", handler: () => new Response(new ReadableStream({
  async start(controller) {
    controller.enqueue(bytes.encode("first"));
    await gate();
    controller.enqueue(bytes.encode("second"));
    controller.close();
  },
})) });
builtin.triggers.onWebhook({ path: "/large", handler: () => {
  let sent = 0;
  return new Response(new ReadableStream({
    async pull(controller) {
      await null;
      if (sent === ${PIECES}) return controller.close();
      controller.enqueue(new Uint8Array(${PIECE_BYTES}).fill(sent++ % 251));
    },
  }));
} });
const counts = new KVStore().getTable<number>("counts");
builtin.triggers.onWebhook({ path: "/sleeps", handler: async (ctx) => {
  const starts = await counts.increment("starts");
  const done = await ctx.step("once", () => counts.increment("steps"));
  await ctx.sleep("3s");
  const late = await ctx.step("late", () => ({ at: new Date(0) }));
  return { starts, done, isDate: late.at instanceof Date };
} });
builtin.triggers.onWebhook({ path: "/breaks", handler: () => new Response(new ReadableStream({
  async start(controller) {
    controller.enqueue(bytes.encode("first"));
    await gate();
    controller.error(new Error("on purpose"));
  },
})) });
`;

describe("answers of code on the laptop", () => {
  let server: TestServer;
  let client: Client;
  let project: WorkflowProject;
  let dev: RunningCommand;
  let gate: Server;
  let held: ServerResponse[];
  let namespaceId: string;

  beforeAll(async () => {
    held = [];
    gate = createServer((_, response) => held.push(response)).listen(0, "127.0.0.1");
    await once(gate, "listening");
    server = await startTestServer();
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    project = await createProject("answers", SOURCE);
    const { port } = gate.address() as AddressInfo;
    await writeFile(join(project.folder, ".env"), `GATE=http://127.0.0.1:${port}/\n`);
    dev = server.spawnCli(["dev", "--yes"], { cwd: project.folder });
    await eventually(async () => /ready in \d+ ms/.exec(dev.output()) ?? undefined);
  });
  afterAll(async () => {
    dev.process.kill("SIGINT");
    await dev.closed;
    await server[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
    gate.closeAllConnections();
    gate.close();
  });

  function call(path: string): Promise<Response> {
    const base = /(http:\/\/\S+)\/early/.exec(dev.output())![1];
    return fetch(base + path, { method: "POST" });
  }

  /** Resolves when the handler stands at the gate: from then on only the test lets it go on. */
  function atGate(): Promise<ServerResponse> {
    return eventually(async () => held.shift());
  }

  async function latest() {
    const { items } = await client.listExecutions({ params: { namespaceId }, query: { limit: 1 } });
    return client.getExecution({ params: { namespaceId, executionId: items[0]!.id } });
  }

  test("ctx.respond reaches the caller while the handler still runs", async () => {
    const answer = await call("/early");
    const query = { verdict: "dev" as const };
    const { items } = await client.listDeliveries({ params: { namespaceId }, query });
    expect(items).toMatchObject([{ path: "/early", verdict: "dev" }]);
    expect([answer.status, answer.headers.get("x-from"), await answer.text()]).toEqual([
      202,
      "laptop",
      "taken",
    ]);
    const waiting = await atGate();
    expect(await latest()).toMatchObject({
      status: "started",
      answer: { status: 202 },
      output: { value: "taken" },
    });
    expect(dev.output()).toContain("answered 202; the handler goes on");
    waiting.end();
    await eventually(async () => ((await latest()).status === "completed" ? true : undefined));
    expect(await latest()).toMatchObject({ answer: { status: 202 }, output: { value: "taken" } });
  });

  test("a stream's first chunk has arrived before its second is made", async () => {
    const reader = (await call("/stream")).body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe("first");
    (await atGate()).end();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe("second");
    expect((await reader.read()).done).toBe(true);
    await eventually(async () => ((await latest()).status === "completed" ? true : undefined));
  });

  test("a stream larger than any answer in one piece arrives whole and in order", async () => {
    const body = Buffer.from(await (await call("/large")).arrayBuffer());
    expect(body.byteLength).toBe(PIECES * PIECE_BYTES);
    const inOrder = Array.from({ length: PIECES }, (_, piece) => body[piece * PIECE_BYTES] === piece % 251);
    expect(inOrder.every(Boolean)).toBe(true);
  });

  test("a stream that breaks does not look whole to its caller", async () => {
    const answer = await call("/breaks");
    const text = answer.text();
    (await atGate()).end();
    await expect(text).rejects.toThrow("terminated");
    await eventually(async () => ((await latest()).status === "failed" ? true : undefined));
  });

  test("a caller who leaves in the middle of a stream ends nothing else", async () => {
    const leaving = new AbortController();
    const base = /(http:\/\/\S+)\/early/.exec(dev.output())![1];
    const answer = await fetch(`${base}/stream`, { method: "POST", signal: leaving.signal });
    expect(answer.status).toBe(200);
    const waiting = await atGate();
    leaving.abort();
    waiting.end();
    await eventually(async () => ((await latest()).status === "completed" ? true : undefined));
  });

  test("a run that sleeps goes on there from its journal, and its caller is told that it will", async () => {
    const response = await call("/sleeps");
    expect(response.status).toBe(202);
    const { executionId } = (await response.json()) as { executionId: string };
    const execution = await eventually(async () => {
      const found = await client.getExecution({ params: { namespaceId, executionId } });
      return found.finishedAt === undefined ? undefined : found;
    });
    expect([execution.status, execution.error]).toEqual(["completed", undefined]);
    expect(execution.output).toMatchObject({ value: { starts: 2, done: 1, isDate: true } });
    expect(dev.output()).toContain("waits for sleep");
  });

  test("Ctrl-C ends dev also while code from before a save still runs", async () => {
    await call("/early");
    await atGate();
    await project.write(`${SOURCE}// saved\n`);
    await eventually(async () => (dev.output().match(/ready in/g)?.length === 2 ? true : undefined));
    dev.process.kill("SIGINT");
    await dev.closed;
    await eventually(async () => ((await latest()).status === "interrupted" ? true : undefined));
  });
});
