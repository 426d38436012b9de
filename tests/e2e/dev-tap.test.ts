import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { type RunningCommand, startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

const source = (place: string, more = "") => `
import { Builtin } from "floww";
const builtin = new Builtin();
builtin.triggers.onWebhook({ path: "/order/:id", handler: (ctx, event) => {
  ctx.logger.info("${place} has order", event.params.id, event.body.n, event.headers["x-shop"]);
  if (event.body.fails) throw new Error("not in ${place}");
  return { place: "${place}" };
} });
builtin.triggers.onManual({ name: "greet", handler: (ctx, event) => { ctx.logger.info("${place} greets", event.input_data.name); } });
${more}
`;

describe("floww dev --tap", () => {
  let server: TestServer;
  let client: Client;
  let project: WorkflowProject;
  let namespaceId: string;
  let workflowId: string;
  let base: string;

  beforeAll(async () => {
    server = await startTestServer();
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    const onlyLive = 'builtin.triggers.onWebhook({ path: "/live-only", handler: () => "live" });';
    project = await createProject("tap", source("live", onlyLive));
    const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
    const deployed = JSON.parse(stdout) as { workflowId: string; triggers: { url?: string }[] };
    workflowId = deployed.workflowId;
    base = deployed.triggers.find(({ url }) => url?.endsWith("/live-only"))!.url!.replace(/\/live-only$/, "");
    await project.write(source("laptop"));
  }, 60_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
  });

  async function startDev(...options: string[]): Promise<RunningCommand & AsyncDisposable> {
    const dev = server.spawnCli(["dev", "--yes", ...options], { cwd: project.folder });
    await printed(dev, /ready in \d+ ms/);
    return Object.assign(dev, {
      [Symbol.asyncDispose]: async () => {
        dev.process.kill("SIGINT");
        await dev.closed;
      },
    });
  }

  const printed = (command: RunningCommand, pattern: RegExp) =>
    eventually(async () => pattern.exec(command.output())?.[0]);

  async function order(id: string, body: Record<string, unknown>, headers: Record<string, string> = {}) {
    const answer = await fetch(`${base}/order/${id}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-shop": "shoes", ...headers },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  }

  const executions = async () =>
    (await client.listExecutions({ params: { namespaceId }, query: { limit: 100 } })).items;

  test("runs what the live version gets on the laptop as well, and the caller hears of the live one only", async () => {
    await using dev = await startDev("--tap");
    await printed(dev, /Tapping: each event of the live version runs here too/);
    expect(await order("1", { n: 11 })).toEqual({ status: 200, body: { place: "live" } });
    await printed(dev, /laptop has order 1 11 shoes/);
    expect(await order("2", { n: 12, fails: false })).toMatchObject({ body: { place: "live" } });
    await printed(dev, /laptop has order 2 12/);
    const all = await executions();
    const copies = all.filter(({ origin }) => origin === "dev");
    const live = all.filter(({ origin }) => origin === "webhook");
    const replayed = await Promise.all(
      copies.map(
        async ({ id: executionId }) =>
          (await client.getExecution({ params: { namespaceId, executionId } })).replayOf,
      ),
    );
    expect(replayed.sort()).toEqual(live.map(({ id }) => id).sort());
    expect(dev.output()).not.toContain("live has order");
  });

  test("what fails on the laptop fails there only", async () => {
    await using dev = await startDev("--tap");
    const failed = await order("3", { n: 13, fails: true });
    expect(failed.status).toBe(500);
    await printed(dev, /not in laptop/);
    await client.runManualTrigger({
      params: { namespaceId, workflowId, name: "greet" },
      body: { input: { name: "Ada" } },
    });
    await printed(dev, /laptop greets Ada/);
  });

  test("a copy of an event that was seen, and one that the laptop's code knows nothing of, come to nobody", async () => {
    await using dev = await startDev("--tap");
    const key = { "idempotency-key": "order-4" };
    await order("4", { n: 14 }, key);
    await order("4", { n: 14 }, key);
    expect(await (await fetch(`${base}/live-only`, { method: "POST" })).text()).toContain("live");
    await order("5", { n: 15 });
    await printed(dev, /laptop has order 5 15/);
    expect(dev.output().match(/laptop has order 4/g)).toHaveLength(1);
    expect(dev.output()).not.toContain("live-only");
  });

  test("without it a laptop gets its own events only", async () => {
    await using tapping = await startDev("--tap");
    await using dev = await startDev();
    await tapping.closed;
    await order("6", { n: 16 });
    const url = /(http:\/\/\S+)\/order/.exec(dev.output())![1]!;
    await fetch(`${url}/order/7`, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" },
    });
    await printed(dev, /laptop has order 7/);
    expect(dev.output()).not.toContain("order 6");
  });
});
