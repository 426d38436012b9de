import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { startDatabaseClient } from "./home-database.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

/** A service that Floww does not know: it keeps addresses, gives each an id, and can be told to refuse. */
class Subscriptions {
  readonly addresses = new Map<string, string>();
  readonly asked: string[] = [];
  refusals = 0;
  #next = 1;
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      const url = new URL(request.url!, "http://x");
      this.asked.push(`${request.method} ${url.pathname}`);
      if (this.refusals > 0) {
        this.refusals--;
        return void response.writeHead(500).end();
      }
      if (request.method === "POST") {
        const id = `sub_${this.#next++}`;
        this.addresses.set(id, url.searchParams.get("to")!);
        return void response.end(id);
      }
      response.writeHead(this.addresses.delete(url.pathname.slice(1)) ? 200 : 404).end();
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe("a webhook that tells its address to a service", () => {
  const service = new Subscriptions();
  let serviceUrl: string;
  let home: string;
  let server: TestServer;
  let client: Client;
  let namespaceId: string;
  let project: WorkflowProject;
  let workflowId: string;
  const name = "shop";

  beforeAll(async () => {
    serviceUrl = await service.start();
    home = await mkdtemp(join(tmpdir(), "floww-setup-"));
    await start();
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    project = await createProject(name, source());
  }, 60_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
    service.close();
    await rm(home, { recursive: true, force: true });
  });
  beforeEach(() => {
    service.asked.length = 0;
  });

  async function start(env: Record<string, string> = {}): Promise<void> {
    server = await startTestServer({ home, env: { FLOWW_ALLOW_ADDRESSES: "127.0.0.1", ...env } });
    const token = (await readFile(join(home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
  }

  function source({ path = "/orders", isListening = true, version = 1 } = {}): string {
    const webhook = `builtin.triggers.onWebhook({
      path: "${path}", id: "orders", handler: () => ({ version: ${version} }),
      setup: async ({ webhookUrl, setMetadata, ctx }) => {
        if (${version} === 8) throw new FatalError("no account there");
        const answer = await fetch("${serviceUrl}/?to=" + encodeURIComponent(webhookUrl), { method: "POST" });
        if (!answer.ok) throw new Error("the service answered " + answer.status);
        await setMetadata({ id: await answer.text(), at: new Date(0) });
      },
      teardown: async ({ getMetadata, ctx }) => {
        const { id, at } = await getMetadata();
        ctx.logger.info("version ${version} takes back", id, at instanceof Date);
        await fetch("${serviceUrl}/" + id, { method: "DELETE" });
      },
    });`;
    return `import { Builtin, FatalError } from "floww";
      const builtin = new Builtin();
      builtin.triggers.onManual({ name: "other", handler: () => ${version} });
      ${isListening ? webhook : ""}`;
  }

  async function deploy(text: string) {
    await project.write(text);
    const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
    const deployed = JSON.parse(stdout) as {
      workflowId: string;
      triggers: { url?: string }[];
      warnings: string[];
    };
    workflowId = deployed.workflowId;
    return { url: deployed.triggers.find(({ url }) => url !== undefined)?.url, warnings: deployed.warnings };
  }

  const told = () => [...service.addresses.values()];
  const runs = async (origin: string) => {
    const { items } = await client.listExecutions({ params: { namespaceId }, query: { limit: 100 } });
    return items.filter((execution) => execution.origin === origin);
  };

  test("tells it once, when it goes live, and not with every deploy", async () => {
    const { url, warnings } = await deploy(source());
    expect(told()).toEqual([url]);
    expect(warnings).toEqual([]);
    await deploy(source({ version: 2 }));
    await client.activateDeployment({ params: { namespaceId, workflowId }, body: {} });
    expect(service.asked).toEqual(["POST /"]);
    expect(await runs("setup")).toMatchObject([{ status: "completed" }]);
    expect(await runs("teardown")).toEqual([]);
  });

  test("another address of the same trigger is told, and the old one taken back", async () => {
    const { url } = await deploy(source({ path: "/purchases", version: 3 }));
    await eventually(async () => (told().length === 1 && told()[0] === url) || undefined);
    expect(url).toMatch(/\/purchases$/);
    expect(service.asked.sort()).toEqual(["DELETE /sub_1", "POST /"]);
  });

  test("a version without it takes it back, by the code of the last one that had it", async () => {
    await deploy(source({ path: "/purchases", version: 4 }));
    await deploy(source({ isListening: false, version: 5 }));
    await eventually(async () => told().length === 0 || undefined);
    const [last] = await runs("teardown");
    const logs = await eventually(async () => {
      const { items } = await client.listExecutionLogs({
        params: { namespaceId, executionId: last!.id },
        query: {},
      });
      return items.length > 0 ? items.map(({ text }) => text).join("\n") : undefined;
    });
    expect(logs).toContain("version 4 takes back sub_2 true");
  });

  test("one that fails is tried again, and the deploy waits for that", async () => {
    service.refusals = 1;
    const { url, warnings } = await deploy(source({ version: 6 }));
    // The second attempt comes a second after the first, and the deploy waits for ten.
    expect(warnings).toEqual([]);
    expect(told()).toEqual([url]);
    const [last] = await runs("setup");
    expect(last).toMatchObject({ status: "completed", attempt: 2 });
  });

  test("one that fails for good is said by the deploy; its version is live, and its replay counts", async () => {
    await deploy(source({ isListening: false }));
    await eventually(async () => told().length === 0 || undefined);
    const { url, warnings } = await deploy(source({ version: 8 }));
    expect(warnings).toEqual([expect.stringContaining("The setup of /orders has failed")]);
    expect(await (await fetch(url!, { method: "POST" })).json()).toEqual({ version: 8 });
    await deploy(source({ version: 9 }));
    const [failed] = await runs("setup");
    await client.replayExecution({ params: { namespaceId, executionId: failed!.id }, body: {} });
    await eventually(async () => told()[0] === url || undefined);
  });

  test("what a crash left between the switch and this is done by the next start", async () => {
    {
      await using database = await startDatabaseClient(home);
      // As after a switch that nothing followed.
      await database.query("update triggers set deployment_id = null where has_setup");
    }
    await server[Symbol.asyncDispose]();
    await start();
    await eventually(async () => told().length === 0 || undefined);
  });

  test("deleting the workflow takes it back", async () => {
    const { url } = await deploy(source({ path: "/last", version: 7 }));
    expect(told()).toEqual([url]);
    await client.deleteWorkflow({ params: { namespaceId, workflowId } });
    await eventually(async () => told().length === 0 || undefined);
  });
});
