import { readFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Emulator,
  startEmulator,
} from "../../packages/providers/github/server/testing/start-emulator.ts";
import { eventually } from "./eventually.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

const issues = `
import { GitHub } from "floww";
const github = new GitHub();
github.triggers.onIssue({
  owner: "Octo", repository: "hello", actions: ["opened"],
  handler: async (_ctx, event) => {
    await github.actions.createIssueComment({
      owner: "octo", repository: "hello", issueNumber: event.body.issue.number, body: "thank you",
    });
    return { number: event.body.issue.number, by: event.body.sender?.login };
  },
});
`;
const pushes = `
import { GitHub } from "floww";
new GitHub().triggers.onPush({ owner: "octo", repository: "hello", handler: () => ({}) });
`;

interface Hook {
  id: number;
  active: boolean;
  events: string[];
  config: { url: string };
}

describe("webhooks at GitHub", () => {
  let server: TestServer;
  let emulator: Emulator;
  let client: Client;
  let namespaceId: string;
  const opened = new AsyncDisposableStack();

  beforeAll(async () => {
    emulator = opened.use(await startEmulator());
    const port = await findFreePort();
    server = opened.use(
      await startTestServer({
        env: {
          FLOWW_PORT: String(port),
          FLOWW_PUBLIC_URL: `http://127.0.0.1:${port}`,
          FLOWW_ALLOW_ADDRESSES: "127.0.0.1",
        },
      }),
    );
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
  }, 60_000);
  afterAll(() => opened.disposeAsync());

  async function hooks(): Promise<Hook[]> {
    return (await emulator.vendor("ghp_owner").fetch("/repos/octo/hello/hooks")).json() as Promise<Hook[]>;
  }

  function setProvider(token = "ghp_owner") {
    const fields = { server_url: emulator.url, access_token: token };
    return client.setProvider({ params: { namespaceId }, body: { type: "github", fields } });
  }

  async function deploy(project: WorkflowProject) {
    const { stdout } = await server.cli(["deploy", "--yes", "--json"], { cwd: project.folder });
    return JSON.parse(stdout) as { workflowId: string; version: number };
  }

  function refusalOf(project: WorkflowProject): Promise<string> {
    return deploy(project).then(
      () => "",
      ({ stderr }: { stderr: string }) => stderr,
    );
  }

  /** Resolves once the hooks at GitHub listen for these events, each hook's in one text. */
  function hooksBecome(...wanted: string[]): Promise<Hook[]> {
    return eventually(async () => {
      const present = await hooks();
      return present.map(({ events }) => events.join(" ")).join("|") === wanted.join("|")
        ? present
        : undefined;
    });
  }

  async function openIssue(title: string): Promise<void> {
    const sent = await emulator.vendor("ghp_owner").fetch("/repos/octo/hello/issues", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ title }),
    });
    expect(sent.status).toBe(201);
  }

  test("without the provider a deploy is refused, and says what to run", async () => {
    await using project = await createProject("too-early", issues);
    expect(await refusalOf(project)).toMatch(/floww providers set github/);
  });

  test("a deploy makes the webhook, an event runs the handler, which answers at GitHub", async () => {
    expect(await setProvider()).toMatchObject({ account: "octo" });
    await using project = await createProject("issues", issues);
    const { workflowId } = await deploy(project);
    const [hook] = await hooksBecome("issues");
    expect(hook).toMatchObject({ active: true, config: { url: expect.stringMatching(/\/webhook\/prv_/) } });

    await openIssue("it works");
    const done = await eventually(async () => {
      const { items } = await client.listExecutions({ params: { namespaceId }, query: { workflowId } });
      return items.find(({ status }) => status === "completed" || status === "failed");
    });
    const detail = await client.getExecution({ params: { namespaceId, executionId: done.id } });
    expect(detail).toMatchObject({ status: "completed", output: { value: { number: 1, by: "octo" } } });
    expect(detail.event).toMatchObject({ type: "provider", name: "issues", deliveryId: expect.any(String) });
    const comments = await emulator.vendor("ghp_owner").fetch("/repos/octo/hello/issues/1/comments");
    expect(await comments.json()).toMatchObject([{ body: "thank you" }]);

    // Every delivery of the hook was verified with its own secret: GitHub's view of it.
    const refused = await fetch(hook!.config.url, { method: "POST", body: "{}" });
    expect(refused.status).toBe(401);
  }, 30_000);

  test("a second workflow widens the one webhook, and it is narrowed when nothing wants the rest", async () => {
    await using project = await createProject("pushes", pushes);
    const { workflowId } = await deploy(project);
    await hooksBecome("issues push");
    await client.deleteWorkflow({ params: { namespaceId, workflowId } });
    await hooksBecome("issues");
  });

  test("another version takes its webhook along, and a rollback brings it back", async () => {
    await using project = await createProject("turns", pushes.replace('"hello"', '"hello", branch: "main"'));
    await deploy(project);
    await hooksBecome("issues push");
    await project.write(
      'import { Builtin } from "floww"; new Builtin().triggers.onManual({ name: "m", handler: () => 1 });',
    );
    const { workflowId } = await deploy(project);
    await hooksBecome("issues");
    await server.cli(["rollback"], { cwd: project.folder });
    await hooksBecome("issues push");
    await client.deleteWorkflow({ params: { namespaceId, workflowId } });
    await hooksBecome("issues");
  });

  test("a webhook that GitHub refuses fails the deploy, and the old version stays live", async () => {
    await using project = await createProject(
      "stays",
      'import { Builtin } from "floww"; new Builtin().triggers.onManual({ name: "m", handler: () => 1 });',
    );
    const { workflowId } = await deploy(project);
    await project.write(pushes.replace('"hello"', '"no-such-repository"'));
    expect(await refusalOf(project)).toMatch(/REGISTRATION_FAILED|webhook/);
    const { items } = await client.listDeployments({ params: { namespaceId, workflowId }, query: {} });
    expect(items.map(({ version, isActive }) => [version, isActive])).toEqual([[1, true]]);
    await client.deleteWorkflow({ params: { namespaceId, workflowId } });
  });

  test("what was switched off or deleted at GitHub is mended by a check", async () => {
    const [hook] = await hooks();
    const vendor = emulator.vendor("ghp_owner");
    const path = `/repos/octo/hello/hooks/${hook!.id}`;
    const headers = { "content-type": "application/json" };
    await vendor.fetch(path, { method: "PATCH", headers, body: JSON.stringify({ active: false }) });
    const { items } = await client.listProviders({ params: { namespaceId } });
    const providerId = items[0]!.id;
    const checked = await client.checkProvider({ params: { namespaceId, providerId } });
    expect(checked).toMatchObject({
      status: "working",
      usedBy: ["issues"],
      registrations: [{ target: "octo/hello" }],
    });
    expect(await hooks()).toMatchObject([{ active: true, events: ["issues"] }]);
    await vendor.fetch(path, { method: "DELETE" });
    await client.checkProvider({ params: { namespaceId, providerId } });
    expect(await hooks()).toMatchObject([
      { active: true, events: ["issues"], config: { url: hook!.config.url } },
    ]);
  });

  test("a provider that is used is deleted only by force, and its webhooks go with it", async () => {
    const { items } = await client.listProviders({ params: { namespaceId } });
    const params = { namespaceId, providerId: items[0]!.id };
    const refused = client.deleteProvider({ params, query: {} });
    await expect(refused).rejects.toMatchObject({ code: "PROVIDER_IN_USE" });
    await client.deleteProvider({ params, query: { force: "true" } });
    expect(await hooks()).toEqual([]);
  });
});

function findFreePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
