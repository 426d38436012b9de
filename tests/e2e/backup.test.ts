import { copyFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ArchiveWriter } from "../../apps/server/platform/archive/archive-writer.ts";
import { readArchive } from "../../apps/server/platform/archive/read-archive.ts";
import { RegistryClient } from "../../apps/server/testing/registry-client.ts";
import { startDatabaseClient } from "./home-database.ts";
import { runOperator } from "./operator-command.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject } from "./workflow-project.ts";

const SOURCE = `
import { Builtin, KVStore, Secret } from "floww";
const builtin = new Builtin();
const visits = new KVStore().getTable("visits");
const anything = { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } };
const stripe = new Secret("stripe", anything);
builtin.triggers.onWebhook({ path: "/", handler: async (ctx, event) => {
  const { apiKey } = await stripe.value();
  const count = await visits.increment("all");
  await visits.set("of " + event.body.id, 1);
  return { count, keyLength: apiKey.length, bytes: event.body.text.length, region: process.env.REGION };
} });
`;
const KEY = "sk_live_1234";
/** Beyond what a row holds: it lies in an artifact. */
const BIG = "x".repeat(400_000);

let folder: string;
let server: TestServer;
let client: Client;
let namespaceId: string;
let url: URL;
let image: { digest: string; layer: string };
/** What was answered before the backup began. */
const answered: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floww-backup-"));
  server = await startTestServer({ hasOwnPostgres: true });
  client = await clientOf(server);
  namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
  await client.setSecret({ params: { namespaceId }, body: { name: "stripe", value: { apiKey: KEY } } });
  await using project = await createProject("kept", SOURCE);
  const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
  const deployed = JSON.parse(stdout) as { workflowId: string; triggers: { url: string }[] };
  url = new URL(deployed.triggers[0]!.url);
  await client.setVariable({
    params: { namespaceId, workflowId: deployed.workflowId },
    body: { name: "REGION", value: "eu" },
  });
  const registry = new RegistryClient(server.url, await ownerToken(server.home));
  image = await registry.pushImage(`${namespaceId}/worker`, "v1");
}, 120_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const ownerToken = async (home: string) => (await readFile(join(home, "owner.token"), "utf8")).trim();
const clientOf = async ({ url: serverUrl, home }: TestServer) =>
  createClient({ serverUrl, token: await ownerToken(home) });

/** Resolves to how many were counted. */
async function post(to: TestServer, id: string, text: string): Promise<number> {
  const answer = await fetch(new URL(url.pathname, to.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id, text }),
  });
  const body = (await answer.json()) as Record<string, unknown>;
  expect(body).toMatchObject({ keyLength: KEY.length, bytes: text.length, region: "eu" });
  return body.count as number;
}

test("what was acknowledged before a backup under load is all there after it is restored elsewhere", async () => {
  for (let index = 0; index < 20; index++) {
    await post(server, `before-${index}`, index % 2 === 0 ? BIG : "small");
    answered.push(`before-${index}`);
  }
  const recorded = (await client.listExecutions({ params: { namespaceId }, query: {} })).items;
  expect(recorded.length).toBeGreaterThanOrEqual(answered.length);
  let isOver = false;
  const load = [0, 1, 2, 3].map(async (turn) => {
    for (let round = 0; !isOver; round++)
      await post(server, `during-${turn}-${round}`, round % 3 === 0 ? BIG : "small");
  });
  const file = join(folder, "under-load.backup");
  const said = await runOperator(server.home, ["backup", file]).output;
  isOver = true;
  await Promise.all(load);
  expect(said).toContain("everything up to");
  expect(said).toMatch(/NOT in it: .*master\.key\. WITHOUT THAT FILE NO SECRET/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await expect(runOperator(server.home, ["backup", file]).output).rejects.toThrow(/is there already/);

  const home = join(folder, "elsewhere");
  const restored = await runOperator(home, ["restore", file]).output;
  expect(restored).toMatch(/MISSING: .*master\.key/);
  await expect(startTestServer({ home })).rejects.toThrow("ended before it was ready");
  await copyFile(join(server.home, "master.key"), join(home, "master.key"));
  await using again = await startTestServer({ home });
  const theirs = await clientOf(again);
  // The secret decrypts, the variable too, and the webhook answers at its own path.
  expect(await post(again, "after", "small")).toBeGreaterThan(answered.length);
  for (const { id } of recorded) {
    const execution = await theirs.getExecution({ params: { namespaceId, executionId: id } });
    expect(execution).toMatchObject({ status: "completed", input: { kind: "json" } });
  }
  for (const id of answered) {
    const query = { table: "visits", key: `of ${id}` };
    expect(await theirs.getKvItem({ params: { namespaceId }, query })).toMatchObject({ value: 1 });
  }
  await expectWhole(home);
  const registry = new RegistryClient(again.url, await ownerToken(home));
  const layer = await registry.send(`${namespaceId}/worker/blobs/${image.layer}`);
  expect(layer.status).toBe(200);
}, 120_000);

/** Each row of the snapshot has its bytes: those of every artifact that a row names. */
async function expectWhole(home: string): Promise<void> {
  await using database = await startDatabaseClient(home);
  const named = await database.query<{ namespaceId: string; hash: string }>(
    `select namespace_id as "namespaceId", body_artifact as hash from deliveries where body_artifact is not null
     union select namespace_id, input_artifact from executions where input_artifact is not null
     union select namespace_id, hash from bundles`,
  );
  expect(named.length).toBeGreaterThan(1);
  for (const { namespaceId: id, hash } of named)
    expect((await stat(join(home, "artifacts", id, hash.slice(0, 2), hash))).size).toBeGreaterThan(0);
}

test("with its key a backup is enough by itself, and what is not empty is left as it is", async () => {
  const file = join(folder, "with-key.backup");
  expect(await runOperator(server.home, ["backup", file, "--with-master-key"]).output).toContain("WARNING");
  await expect(runOperator(server.home, ["restore", file]).output).rejects.toThrow(
    /HOME_LOCKED|Another Floww server/,
  );
  const home = join(folder, "whole");
  await runOperator(home, ["restore", file]).output;
  await expect(runOperator(home, ["restore", file]).output).rejects.toThrow(/is not empty/);
  await using again = await startTestServer({ home });
  expect(await post(again, "again", "small")).toBeGreaterThan(answered.length);
}, 120_000);

test("damaged, cut off, of a newer server or no backup at all: refused, and nothing is left behind", async () => {
  const file = join(folder, "good.backup");
  await runOperator(server.home, ["backup", file]).output;
  const { size } = await stat(file);
  const broken: [name: string, make: (path: string) => Promise<unknown>, says: RegExp][] = [
    ["cut off", (path) => truncate(path, size - 100), /damaged or cut off/],
    ["cut off early", (path) => truncate(path, 40_000), /damaged or cut off/],
    ["damaged", (path) => flip(path, Math.floor(size / 2)), /cannot be used/],
    ["no backup", (path) => writeFile(path, "hello"), /cannot be used|does not begin/],
  ];
  const home = join(folder, "refused");
  for (const [name, make, says] of broken) {
    const path = join(folder, name);
    await copyFile(file, path);
    await make(path);
    await expect(runOperator(home, ["restore", path]).output, name).rejects.toThrow(says);
  }
  const newer = join(folder, "newer");
  await rewriteHead(file, newer, (head) => {
    head.migrations.push({ id: "secrets/9999-later", hash: "0" });
  });
  await expect(runOperator(home, ["restore", newer]).output).rejects.toThrow(/secrets\/9999-later/);
  const outside = join(folder, "outside");
  await rewriteHead(file, outside, () => undefined, "artifacts/../../escaped");
  await expect(runOperator(home, ["restore", outside]).output).rejects.toThrow(/has an entry artifacts/);
  // All of that left the target empty.
  await runOperator(home, ["restore", file]).output;
}, 180_000);

test("a backup that is killed is none, and the next one has its place", async () => {
  const file = join(folder, "killed.backup");
  const isThere = (path: string) =>
    stat(path).then(
      () => true,
      () => false,
    );
  // Killed too late it was whole: then another one is begun.
  for (let isKilled = false; !isKilled; ) {
    await rm(file, { force: true });
    const running = runOperator(server.home, ["backup", file]);
    let isEnded = false;
    const ended = running.output
      .catch(() => undefined)
      .then(() => {
        isEnded = true;
      });
    while (!isEnded && !(await isThere(`${file}.unfinished`)));
    running.process.kill("SIGKILL");
    await ended;
    isKilled = await isThere(`${file}.unfinished`);
  }
  expect(await isThere(file)).toBe(false);
  await expect(runOperator(server.home, ["backup", file]).output).rejects.toThrow(
    /\.unfinished is there already/,
  );
  await rm(`${file}.unfinished`);
  await runOperator(server.home, ["backup", file]).output;
}, 60_000);

async function flip(path: string, at: number): Promise<void> {
  const content = await readFile(path);
  content[at]! ^= 0xff;
  await writeFile(path, content);
}

interface Head {
  migrations: { id: string; hash: string }[];
}

/** The same backup with another head, and perhaps one more entry at its end. */
async function rewriteHead(
  from: string,
  to: string,
  change: (head: Head) => void,
  more?: string,
): Promise<void> {
  await using archive = await ArchiveWriter.create(to);
  await readArchive(from, async ({ name, content }) => {
    const chunks: Buffer[] = [];
    for await (const chunk of content) chunks.push(chunk);
    let bytes = Buffer.concat(chunks);
    if (name === "backup.json") {
      const head = JSON.parse(bytes.toString("utf8")) as Head;
      change(head);
      bytes = Buffer.from(JSON.stringify(head));
    }
    await archive.add(name, bytes);
  });
  if (more !== undefined) await archive.add(more, Buffer.from("escaped"));
  await archive.finish();
}
