import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

// Text that occurs nowhere by itself; the quote and the newline are written differently inside JSON.
const SECRET_CANARY = 'canary-secret-"q\n7f3a9c1e';
const VARIABLE_CANARY = "canary-variable-5b8d2e60";
/** Logged as it is: the search below must be able to find something. */
const PLAIN_CANARY = "canary-plain-c41d7e92";

const SOURCE = `
import { Builtin, KVStore, Secret } from "floww";
const builtin = new Builtin();
const store = new KVStore();
const visits = store.getTable("visits");
const anything = { "~standard": { version: 1, vendor: "test", validate: (value) => typeof value.apiKey === "string" ? { value } : { issues: [{ message: "no", path: ["apiKey"] }] } } };
const stripe = new Secret("stripe", anything);
builtin.triggers.onWebhook({ path: "/count", handler: async (ctx, event) => {
  const count = await visits.increment(event.body.who);
  await visits.set("last", new Map([["who", event.body.who], ["at", new Date(0)]]));
  const last = await visits.get("last");
  return { count, who: last.get("who"), isDate: last.get("at") instanceof Date };
} });
builtin.triggers.onWebhook({ path: "/secret", handler: async (ctx) => {
  const { apiKey } = await stripe.value();
  ctx.logger.info("the key is " + apiKey + "!", "${PLAIN_CANARY}");
  ctx.logger.info({ apiKey });
  console.log("again", apiKey);
  if (process.env.FAIL) throw new Error("refused key " + apiKey);
  return { length: apiKey.length };
} });
builtin.triggers.onWebhook({ path: "/env", method: "GET", handler: () => ({ region: process.env.REGION?.split("").reverse().join("") ?? null, names: Object.keys(process.env).sort() }) });
builtin.triggers.onWebhook({ path: "/undeclared", handler: () => new Secret("other", anything).value() });
builtin.triggers.onWebhook({ path: "/late", handler: async () => { setTimeout(() => { visits.set("late", 1).catch(() => {}); }, 0); return "ended"; } });
`;

interface Deployed {
  workflowId: string;
  triggers: { url?: string }[];
}

describe("KV, secrets and variables of a deployed workflow", () => {
  let server: TestServer;
  let client: Client;
  let namespaceId: string;
  let project: WorkflowProject;
  let deployed: Deployed;

  beforeAll(async () => {
    server = await startTestServer({ hasOwnPostgres: true });
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    project = await createProject("values", SOURCE);
  });
  afterAll(async () => {
    await project[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  function url(path: string): string {
    const base = deployed.triggers.find((trigger) => trigger.url?.endsWith("/count"))!.url!;
    return base.replace(/\/count$/, path);
  }

  async function post(path: string, body: unknown = {}) {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(url(path), { method: "POST", headers, body: JSON.stringify(body) });
    return { status: answer.status, body: JSON.parse(await answer.text()) as Record<string, unknown> };
  }

  async function region(): Promise<unknown> {
    const { region } = (await (await fetch(url("/env"))).json()) as { region: string | null };
    return region?.split("").reverse().join("");
  }

  test("a deploy without a declared secret is refused and names the command", async () => {
    await expect(server.cli(["deploy", project.folder, "--yes", "--json"])).rejects.toMatchObject({
      stderr: expect.stringContaining("floww secrets set stripe"),
    });
  });

  test("with the secret set the deploy goes through, and no answer of the API shows the value", async () => {
    const params = { namespaceId };
    const set = await client.setSecret({
      params,
      body: { name: "stripe", value: { apiKey: SECRET_CANARY } },
    });
    expect(set).toMatchObject({ name: "stripe", fields: ["apiKey"], version: 1 });
    expect(JSON.stringify(await client.listSecrets({ params }))).not.toContain("canary");
    deployed = JSON.parse((await server.cli(["deploy", project.folder, "--yes", "--json"])).stdout);
  });

  test("KV counts over runs and keeps what JSON cannot", async () => {
    expect((await post("/count", { who: "ada" })).body).toEqual({ count: 1, who: "ada", isDate: true });
    expect((await post("/count", { who: "ada" })).body.count).toBe(2);
    const query = { table: "visits", key: "ada" };
    const item = await client.getKvItem({ params: { namespaceId }, query });
    expect(item).toMatchObject({ key: "ada", value: 2 });
    const { items } = await client.listKvTables({ params: { namespaceId } });
    expect(items).toEqual([expect.objectContaining({ table: "visits", ownerId: deployed.workflowId })]);
  });

  test("a secret is read in a handler, and masked in its logs and in its error", async () => {
    expect((await post("/secret")).body).toEqual({ length: SECRET_CANARY.length });
    const params = { namespaceId, workflowId: deployed.workflowId };
    await client.setVariable({ params, body: { name: "FAIL", value: "1" } });
    const failed = await post("/secret");
    expect(failed.status).toBe(500);
    await client.deleteVariable({ params: { ...params, name: "FAIL" } });
    const { executionId } = failed.body as { executionId: string };
    const execution = await client.getExecution({ params: { namespaceId, executionId } });
    expect(execution.error?.message).toBe("refused key ***");
    const lines = await eventually(async () => {
      const { items } = await client.listExecutionLogs({ params: { namespaceId, executionId } });
      return items.length < 3 ? undefined : items.map(({ text }) => text);
    });
    expect(lines).toEqual([`the key is ***! ${PLAIN_CANARY}`, '{"apiKey":"***"}', "again ***"]);
  });

  test("a secret that the version does not declare is refused", async () => {
    const { body } = await post("/undeclared");
    const { executionId } = body as { executionId: string };
    const execution = await client.getExecution({ params: { namespaceId, executionId } });
    expect(execution.error).toMatchObject({ code: "SECRET_UNDECLARED" });
  });

  test("process.env holds the workflow's variables and nothing else, and the run after a change sees it", async () => {
    const params = { namespaceId, workflowId: deployed.workflowId };
    expect(await region()).toBeUndefined();
    await client.setVariable({ params, body: { name: "REGION", value: VARIABLE_CANARY } });
    expect(await region()).toBe(VARIABLE_CANARY);
    const { names } = (await (await fetch(url("/env"))).json()) as { names: string[] };
    expect(names).toEqual(["REGION"]);
    await client.setVariable({ params, body: { name: "REGION", value: "eu" } });
    expect(await region()).toBe("eu");
    await client.deleteVariable({ params: { ...params, name: "REGION" } });
    expect(await region()).toBeUndefined();
    await client.setVariable({ params, body: { name: "REGION", value: VARIABLE_CANARY } });
    expect(JSON.stringify(await client.listVariables({ params }))).not.toContain("canary");
  });

  test("what a run asks for after its end has no effect", async () => {
    expect((await fetch(url("/late"), { method: "POST" })).status).toBe(200);
    await post("/count", { who: "after" });
    const query = { table: "visits", key: "late" };
    await expect(client.getKvItem({ params: { namespaceId }, query })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  test("a call at top level fails the deploy with its line", async () => {
    await project.write(`${SOURCE}\nvisits.get("ada");\n`);
    await expect(server.cli(["deploy", project.folder, "--json"])).rejects.toMatchObject({
      stderr: expect.stringMatching(new RegExp(`kv\\.get.*main\\.ts:${SOURCE.split("\n").length + 1}`)),
    });
    await project.write(SOURCE);
  });

  test("a namespace that is not the caller's is not there", async () => {
    const foreign = "ns_00000000000000000000000000";
    const params = { namespaceId: foreign, workflowId: deployed.workflowId };
    const asks = [
      () => client.listSecrets({ params }),
      () => client.listKvTables({ params }),
      () => client.listVariables({ params }),
    ];
    for (const ask of asks) await expect(ask()).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("the values are found nowhere in the database or the data folder", async () => {
    expect(await region()).toBe(VARIABLE_CANARY);
    await post("/secret");
    const files = (await readdir(server.home, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(files.length).toBeGreaterThan(100);
    const found = new Map<string, string[]>();
    for (const file of files) {
      const bytes = await readFile(file).catch(() => Buffer.alloc(0));
      for (const needle of [PLAIN_CANARY, "canary-secret", "7f3a9c1e", VARIABLE_CANARY])
        if (bytes.includes(needle)) found.set(needle, [...(found.get(needle) ?? []), file]);
    }
    expect([...found.keys()]).toEqual([PLAIN_CANARY]);
  });
});

test("a server with another master key refuses to start, and overwrites nothing", async () => {
  await using project = await createProject("keys", 'import { Builtin } from "floww"; new Builtin();');
  const first = await startTestServer({ home: project.folder });
  const token = (await readFile(join(first.home, "owner.token"), "utf8")).trim();
  const client = createClient({ serverUrl: first.url, token });
  const params = { namespaceId: (await client.whoAmI({})).namespaces[0]!.id };
  await client.setSecret({ params, body: { name: "a", value: { b: "c" } } });
  await first[Symbol.asyncDispose]();
  await promisify(execFile)("mv", [join(project.folder, "master.key"), join(project.folder, "old.key")]);
  await expect(startTestServer({ home: project.folder })).rejects.toThrow("ended before it was ready");
  await promisify(execFile)("mv", [join(project.folder, "old.key"), join(project.folder, "master.key")]);
  await using again = await startTestServer({ home: project.folder });
  const second = createClient({ serverUrl: again.url, token });
  expect((await second.listSecrets({ params })).items).toHaveLength(1);
});
