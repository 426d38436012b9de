import { once } from "node:events";
import { readdir, readFile, realpath } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Debugger } from "./debugger.ts";
import { eventually } from "./eventually.ts";
import { type RunningCommand, startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

// A deadline of one millisecond: whoever stands at a breakpoint has passed it.
const SOURCE = `import { Builtin } from "floww";
interface Order { id: number; amount: number }
const builtin = new Builtin();
builtin.triggers.onWebhook<Order>({ path: "/order", timeoutMs: 1, handler: (ctx, event) => {
  const { id, amount } = event.body;
  const total = amount * 2;
  return { id, total };
} });
builtin.triggers.onWebhook({ path: "/throws", handler: () => {
  throw new Error("on purpose");
} });
`;
const BREAK_LINE = 7;

describe("floww dev --debug", () => {
  let server: TestServer;
  let client: Client;
  let namespaceId: string;
  let project: WorkflowProject;
  let main: string;
  let dev: RunningCommand;

  beforeAll(async () => {
    server = await startTestServer();
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    project = await createProject("debug", SOURCE);
    main = join(await realpath(project.folder), "main.ts");
    dev = server.spawnCli(["dev", "--yes", "--debug-port", "0"], { cwd: project.folder });
    await printed(/ready in \d+ ms/);
  });
  afterAll(async () => {
    dev.process.kill("SIGINT");
    await dev.closed;
    await server[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
  });

  function printed(pattern: RegExp): Promise<RegExpExecArray> {
    return eventually(async () => pattern.exec(dev.output()) ?? undefined);
  }

  const addresses = () =>
    [...dev.output().matchAll(/Debugger: (ws:\/\/\S+)/g)].map(([, address]) => address!);

  function call(path: string): Promise<Response> {
    const base = /(http:\/\/\S+)\/order/.exec(dev.output())![1];
    const headers = { "content-type": "application/json" };
    return fetch(base + path, { method: "POST", headers, body: '{"id":7,"amount":21}' });
  }

  async function latest() {
    const { items } = await client.listExecutions({ params: { namespaceId }, query: { limit: 1 } });
    return client.getExecution({ params: { namespaceId, executionId: items[0]!.id } });
  }

  test("an event stops at a breakpoint in the author's file for as long as it takes, and is answered then", async () => {
    const editor = await Debugger.attach(addresses()[0]!);
    await editor.breakAt(main, BREAK_LINE);
    const answer = call("/order");
    const standing = await editor.paused();
    expect([standing.file, standing.line]).toEqual([main, BREAK_LINE]);
    expect(await standing.evaluate("id * 1000 + total")).toBe(7_042);
    expect(await latest()).toMatchObject({ status: "started" });
    await editor.resume();
    expect(await (await answer).json()).toEqual({ id: 7, total: 42 });
    expect(await latest()).toMatchObject({ status: "completed" });
    editor.close();
  });

  test("a recorded event is replayed into the breakpoint", async () => {
    const { id } = await latest();
    const editor = await Debugger.attach(addresses()[0]!);
    await editor.breakAt(main, BREAK_LINE);
    const replayed = server.cli(["replay", id, "--local", "--wait"], { cwd: project.folder });
    expect((await editor.paused()).line).toBe(BREAK_LINE);
    await editor.resume();
    expect(JSON.parse((await replayed).stdout)).toEqual({ id: 7, total: 42 });
    editor.close();
  });

  test("an error is recorded by the project's paths, not by this machine's", async () => {
    await call("/throws");
    const { error } = await latest();
    expect(error?.source).toMatchObject({ file: "main.ts", line: 10 });
    expect(error?.stack).not.toContain(project.folder);
    await printed(/at main\.ts:10:\d+/);
  });

  test("a broken save leaves the debugged code as it is, and a good one is debugged at a new address", async () => {
    await project.write(`${SOURCE}const broken: = 1;\n`);
    await printed(/the last good code goes on running/);
    expect(addresses()).toHaveLength(1);
    expect(await (await call("/order")).json()).toEqual({ id: 7, total: 42 });
    await project.write(SOURCE.replace("amount * 2", "amount * 3"));
    const address = await eventually(async () => addresses()[1]);
    await printed(/ready in[\s\S]*ready in/);
    const editor = await Debugger.attach(address);
    await editor.breakAt(main, BREAK_LINE);
    const answer = call("/order");
    await editor.paused();
    await editor.resume();
    expect(await (await answer).json()).toEqual({ id: 7, total: 63 });
    editor.close();
  });

  test("bundles lie in the project, where editors read source maps, and are gone afterwards", async () => {
    const inProject = async () => (await readdir(join(project.folder, ".floww"))).toSorted();
    expect(await inProject()).toEqual([".gitignore", expect.stringMatching(/^debug-/)]);
    dev.process.kill("SIGINT");
    await dev.closed;
    expect(await inProject()).toEqual([".gitignore"]);
  });

  test("a port that is taken or none ends the command with what to do", async () => {
    await using taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    const end = (args: string[]) =>
      server.cli(["dev", "--yes", ...args], { cwd: project.folder }).then(
        () => undefined,
        ({ stderr, code }: { stderr: string; code: number }) => ({ stderr, code }),
      );
    expect(await end(["--debug-port", String(port)])).toEqual({
      code: 2,
      stderr: `error: The inspector cannot listen on 127.0.0.1:${port}: address already in use.\nName another port with --debug-port, or 0 for any that is free.\n`,
    });
    expect(await end(["--debug-port", "http"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Give a whole number from 0 to 65535."),
    });
  });
});
