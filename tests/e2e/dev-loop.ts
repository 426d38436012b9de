import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { type RunningCommand, startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

/** What a server needs to use it. */
export interface DevBroker {
  env: Record<string, string>;
  close(): Promise<void>;
}

const SOURCE = `
import { Builtin, KVStore, Secret } from "floww";
const builtin = new Builtin();
const kv = new KVStore();
const anything = { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } };
const apiKey = new Secret("api", anything);
builtin.triggers.onWebhook({ path: "/values", handler: async () => {
  await kv.set("visits", "ada", 3);
  return { visits: await kv.get("visits", "ada"), ...(await apiKey.value()) };
} });
builtin.triggers.onWebhook({ path: "/version", method: "GET", handler: (ctx) => {
  ctx.logger.info("asked for the version");
  return { version: 1, secret: process.env.GREETING ?? null };
} });
builtin.triggers.onWebhook({ path: "/broken", handler: () => { throw new Error("on purpose"); } });
builtin.triggers.onWebhook({ path: "/exit", handler: () => process.exit(3) });
builtin.triggers.onWebhook({ path: "/later", response: "ack", handler: (ctx, event) => ({ got: event.body }) });
builtin.triggers.onCron({ expression: "* * * * * *", handler: () => "tick" });
builtin.triggers.onManual({ name: "greet", handler: (ctx, event) => "Hello " + event.input_data.name });
`;

/** What the loop is run against: `startTestServer`'s, or several servers behind one address. */
export type DevServer = Pick<TestServer, "url" | "home" | "spawnCli"> & AsyncDisposable;

/** The dev loop from save to answer, with its doorbell ringing through this broker. */
export function describeDevLoop(
  broker: string,
  openBroker: () => Promise<DevBroker>,
  startServer: (env: DevBroker["env"]) => Promise<DevServer> = (env) => startTestServer({ env }),
): void {
  describe(`floww dev, over ${broker}`, () => {
    let opened: DevBroker;
    let server: DevServer;
    let client: Client;
    let project: WorkflowProject;
    let dev: RunningCommand;
    let namespaceId: string;
    let workflowId: string;

    beforeAll(async () => {
      opened = await openBroker();
      server = await startServer(opened.env);
      const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
      client = createClient({ serverUrl: server.url, token });
      namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
      project = await createProject("dev-loop", SOURCE);
      dev = server.spawnCli(["dev", "--yes"], { cwd: project.folder });
      await printed(/ready in \d+ ms/);
      workflowId = (await client.listWorkflows({ params: { namespaceId }, query: {} })).items[0]!.id;
    });
    afterAll(async () => {
      dev.process.kill("SIGINT");
      await dev.closed;
      await server[Symbol.asyncDispose]();
      await project[Symbol.asyncDispose]();
      await opened.close();
    });

    function printed(pattern: RegExp, command: RunningCommand = dev): Promise<string> {
      return eventually(async () => pattern.exec(command.output())?.[0]);
    }

    function url(path: string): string {
      return /(http:\/\/\S+)\/version/.exec(dev.output())![1] + path;
    }

    async function version(): Promise<unknown> {
      return (await fetch(url("/version"))).json();
    }

    async function finished(executionId: string) {
      return eventually(async () => {
        const execution = await client.getExecution({ params: { namespaceId, executionId } });
        return execution.finishedAt === undefined ? undefined : execution;
      });
    }

    test("a real request is answered by the code on the laptop, and recorded as dev", async () => {
      expect(await version()).toEqual({ version: 1, secret: null });
      await printed(/asked for the version/);
      const { items } = await client.listExecutions({ params: { namespaceId }, query: { limit: 50 } });
      expect(items.every(({ origin }) => origin === "dev")).toBe(true);
      const run = items.find(({ status }) => status === "completed");
      const logs = await eventually(async () => {
        const { items: found } = await client.listExecutions({
          params: { namespaceId },
          query: { limit: 500 },
        });
        const pages = await Promise.all(
          found.map(({ id }) =>
            client.listExecutionLogs({ params: { namespaceId, executionId: id }, query: {} }),
          ),
        );
        return pages.flatMap((page) => page.items).find(({ text }) => text === "asked for the version");
      });
      expect([run?.status, logs.level]).toEqual(["completed", "info"]);
    });

    test("a save takes over when its code works, a broken save does not, and the address stays", async () => {
      await project.write(SOURCE.replace("return { version: 1", "return { version: 2"));
      await eventually(async () => ((await version()) as { version: number }).version === 2 || undefined);
      await project.write(`${SOURCE}\nconst broken: = 1;`);
      await printed(/main\.ts:\d+:\d+: Unexpected/);
      await printed(/the last good code goes on running/);
      expect(await version()).toMatchObject({ version: 2 });
      await project.write(
        `${SOURCE.replace("return { version: 1", "return { version: 3")}\nthrow new Error("at the top");`,
      );
      await printed(/at the top/);
      expect(await version()).toMatchObject({ version: 2 });
      await project.write(SOURCE);
      await eventually(async () => ((await version()) as { version: number }).version === 1 || undefined);
    });

    test("an imported file is watched, also when it was saved broken", async () => {
      const importing = (name: string) =>
        `import { answer } from "${name}";\n${SOURCE.replace("return { version: 1", "return { version: answer")}`;
      const save = (name: string, code: string) => writeFile(join(project.folder, name), code);
      const answers = (answer: number) =>
        eventually(async () => ((await version()) as { version: number }).version === answer || undefined);
      await save("lib.ts", "export const answer = 4;");
      await project.write(importing("./lib.ts"));
      await answers(4);
      await save("lib.ts", "export const answer = 5;");
      await answers(5);
      await save("lib.ts", "export const answer: = 6;");
      await printed(/lib\.ts:1:\d+: Unexpected/);
      await save("lib.ts", "export const answer = 6;");
      await answers(6);
      await project.write(SOURCE);
      await answers(1);
    });

    test("a first start whose imported file is broken goes on when that file is mended", async () => {
      await using broken = await createProject("broken", `import "./lib.ts";\n${SOURCE}`);
      await writeFile(join(broken.folder, "lib.ts"), "export const broken: = 1;");
      const command = server.spawnCli(["dev", "--yes"], { cwd: broken.folder });
      await printed(/lib\.ts:1:\d+: Unexpected/, command);
      await writeFile(join(broken.folder, "lib.ts"), "export const mended = 1;");
      await printed(/ready in \d+ ms/, command);
      command.process.kill("SIGINT");
      await command.closed;
    });

    test("what a save adds can be reached, and what it takes away cannot any more", async () => {
      const status = async () => (await fetch(url("/added"), { method: "POST" })).status;
      expect(await status()).toBe(404);
      await project.write(
        `${SOURCE}\nbuiltin.triggers.onWebhook({ path: "/added", handler: () => ({ is: "there" }) });\n`,
      );
      await eventually(async () => (await status()) === 200 || undefined);
      await project.write(SOURCE);
      await eventually(async () => (await status()) === 404 || undefined);
      expect(await version()).toMatchObject({ version: 1 });
    });

    test("an error is shown with its source line, and the caller learns nothing of it", async () => {
      const answer = await fetch(url("/broken"), { method: "POST" });
      expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining("on purpose")]);
      await printed(/main\.ts:15:\d+/);
    });

    test("a handler that ends its process costs that run only", async () => {
      const answer = await fetch(url("/exit"), { method: "POST" });
      expect(await answer.json()).toMatchObject({ error: { code: "PROCESS_EXITED" } });
      expect(await version()).toMatchObject({ version: 1 });
    });

    test("handlers on the laptop reach the store and the secrets that they declare", async () => {
      await client.setSecret({
        params: { namespaceId },
        body: { name: "api", value: { key: "a key for tests" } },
      });
      const answer = await fetch(url("/values"), { method: "POST" });
      expect(await answer.json()).toEqual({ visits: 3, key: "a key for tests" });
    });

    test("schedules tick by the laptop's clock", async () => {
      await printed(/onCron:\* \* \* \* \* \*[\s\S]*completed 200/);
    });

    test("a manual run goes to the laptop", async () => {
      const { id: devSessionId } = await client.getDevSession({ params: { namespaceId, workflowId } });
      const { executionId } = await client.createDevExecution({
        params: { namespaceId, devSessionId },
        body: { type: "manual", handlerId: "builtin.onManual:greet", input: { name: "Ada" } },
      });
      expect(await finished(executionId)).toMatchObject({
        origin: "dev",
        output: { kind: "text", value: "Hello Ada" },
      });
    });

    test("an `ack` event that comes while no laptop is there waits for it", async () => {
      dev.process.kill("SIGINT");
      await dev.closed;
      const answer = await fetch(url("/later"), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "[1]",
      });
      expect(answer.status).toBe(202);
      const { executionId } = (await answer.json()) as { executionId: string };
      expect((await client.getExecution({ params: { namespaceId, executionId } })).status).toBe("received");
      const address = url("");
      dev = server.spawnCli(["dev", "--yes"], { cwd: project.folder });
      await printed(/ready in \d+ ms/);
      expect(url("")).toBe(address);
      expect(await finished(executionId)).toMatchObject({
        status: "completed",
        output: { value: { got: [1] } },
      });
    });

    test("a second terminal takes over, and the first says so and ends", async () => {
      const second = server.spawnCli(["dev", "--yes"], { cwd: project.folder });
      await printed(/ready in \d+ ms/, second);
      await dev.closed;
      expect(dev.output()).toContain("Another terminal took over");
      dev = second;
      expect(await version()).toMatchObject({ version: 1 });
    });
  });
}
