import { execFile } from "node:child_process";
import { chmod, mkdtemp, open, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClient } from "@floww/contract/api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { startDatabaseClient } from "./home-database.ts";
import { homeEnvironment } from "./home-environment.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject } from "./workflow-project.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const hello = join(root, "examples/hello");

const SLOW = `
import { Builtin } from "floww";
const builtin = new Builtin();
builtin.triggers.onWebhook({ path: "/sync", handler: () => new Promise(() => {}) });
builtin.triggers.onManual({ name: "once-again", handler: (ctx) => ctx.attempt === 1 ? new Promise(() => {}) : { attempt: ctx.attempt } });
`;

describe("a server's life", () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "floww-life-"));
    await chmod(home, 0o700);
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  async function sayHello(server: TestServer, url: string): Promise<unknown> {
    const answer = await fetch(new URL(new URL(url).pathname, server.url), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"name":"Ada"}',
    });
    return answer.json();
  }

  async function clientOf(server: TestServer) {
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    const client = createClient({ serverUrl: server.url, token });
    const namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    return { client, namespaceId };
  }

  test("a second start goes on with the same data, and the owner's token stays good and private", async () => {
    let url: string;
    {
      await using server = await startTestServer({ home });
      url = (
        JSON.parse((await server.cli(["deploy", hello, "--yes", "--json"])).stdout) as {
          triggers: { url: string }[];
        }
      ).triggers[0]!.url;
      expect((await stat(join(home, "owner.token"))).mode & 0o777).toBe(0o600);
    }
    const before = await readFile(join(home, "owner.token"), "utf8");
    await using server = await startTestServer({ home });
    expect(await sayHello(server, url)).toEqual({ message: "Hello, Ada!" });
    expect(await readFile(join(home, "owner.token"), "utf8")).toBe(before);
  });

  test("another server on the same home is refused with what to do, and the first goes on", async () => {
    await using server = await startTestServer({ home });
    const second = run(process.execPath, ["--no-warnings", join(root, "apps/server/main.ts")], {
      env: { ...homeEnvironment(home), FLOWW_PORT: "0" },
    });
    await expect(second).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Another Floww server is running on .*\n.*floww server stop/),
    });
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  });

  test("two servers with homes of their own run side by side, and a taken port is said", async () => {
    await using first = await startTestServer({ hasOwnPostgres: true });
    await using second = await startTestServer({ hasOwnPostgres: true });
    expect(first.url).not.toBe(second.url);
    const third = run(process.execPath, ["--no-warnings", join(root, "apps/server/main.ts")], {
      env: { ...homeEnvironment(home), FLOWW_PORT: new URL(first.url).port },
    });
    await expect(third).rejects.toMatchObject({
      stderr: expect.stringMatching(/Another program listens[\s\S]*FLOWW_PORT/),
    });
  });

  test("DATABASE_URL is used in place of the embedded PostgreSQL", async () => {
    await using first = await startTestServer({ hasOwnPostgres: true });
    const password = (await readFile(join(first.home, "postgres/password"), "utf8")).trim();
    const socket = encodeURIComponent(join(first.home, "postgres/run"));
    {
      await using database = await startDatabaseClient(first.home);
      await database.query("create database other");
    }
    const url = `postgres://floww:${password}@localhost:5432/other?host=${socket}`;
    await using server = await startTestServer({ home, env: { DATABASE_URL: url } });
    const deployed = JSON.parse((await server.cli(["deploy", hello, "--yes", "--json"])).stdout) as {
      triggers: { url: string }[];
    };
    expect(await sayHello(server, deployed.triggers[0]!.url)).toEqual({ message: "Hello, Ada!" });
    await expect(stat(join(home, "postgres"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("a database that may lose what it has acknowledged is refused", async () => {
    await using first = await startTestServer({ hasOwnPostgres: true });
    const password = (await readFile(join(first.home, "postgres/password"), "utf8")).trim();
    {
      await using database = await startDatabaseClient(first.home);
      await database.query("create database unsafe");
      await database.query("alter database unsafe set synchronous_commit = off");
    }
    const url = `postgres://floww:${password}@localhost:5432/unsafe?host=${encodeURIComponent(join(first.home, "postgres/run"))}`;
    const refused = run(process.execPath, ["--no-warnings", join(root, "apps/server/main.ts")], {
      env: { ...homeEnvironment(home), FLOWW_PORT: "0", DATABASE_URL: url },
    });
    await expect(refused).rejects.toMatchObject({
      stderr: expect.stringContaining("synchronous_commit off"),
    });
  });

  test("after a kill -9 the next start takes over: waiting callers' runs are interrupted, the others run again", async () => {
    await using project = await createProject("slow", SLOW);
    const first = await startTestServer({ home });
    const deployed = JSON.parse((await first.cli(["deploy", project.folder, "--yes", "--json"])).stdout) as {
      workflowId: string;
      triggers: { url?: string }[];
    };
    const { client, namespaceId } = await clientOf(first);
    const params = { namespaceId, workflowId: deployed.workflowId, name: "once-again" };
    const manual = await client.runManualTrigger({ params, body: {} });
    const caller = fetch(deployed.triggers.find(({ url }) => url !== undefined)!.url!, {
      method: "POST",
    }).catch(() => "cut off");
    const started = await eventually(async () => {
      const { items } = await client.listExecutions({
        params: { namespaceId },
        query: { status: "started" },
      });
      return items.length === 2 ? items : undefined;
    });
    first.process.kill("SIGKILL");
    expect(await caller).toBe("cut off");

    await using second = await startTestServer({ home });
    const again = await clientOf(second);
    const finished = (executionId: string) =>
      eventually(async () => {
        const execution = await again.client.getExecution({ params: { namespaceId, executionId } });
        return execution.finishedAt === undefined ? undefined : execution;
      }, 60_000);
    expect(await finished(manual.executionId)).toMatchObject({
      status: "completed",
      attempt: 2,
      output: { value: { attempt: 2 } },
    });
    const sync = started.find(({ id }) => id !== manual.executionId)!;
    expect(await finished(sync.id)).toMatchObject({
      status: "interrupted",
      attempt: 1,
      error: { code: "INTERRUPTED" },
    });
  });

  test("a killed PostgreSQL comes back, also when the disk under the server's log is full", async () => {
    const log = await open("/dev/full", "w");
    await using server = await startTestServer({ home, stderr: log.fd });
    await log.close();
    const pidFile = join(home, "postgres/data/postmaster.pid");
    const pid = Number((await readFile(pidFile, "utf8")).split("\n", 1)[0]);
    process.kill(pid, "SIGKILL");
    await eventually(async () => {
      const isNew = Number((await readFile(pidFile, "utf8").catch(() => "")).split("\n", 1)[0]) !== pid;
      return isNew && (await fetch(`${server.url}/ready`)).status === 200 ? true : undefined;
    });
    expect(server.process.exitCode).toBeNull();
  });

  test("Ctrl-C ends it also while a laptop is connected", async () => {
    const server = await startTestServer({ home });
    await using project = await createProject(
      "connected",
      'import { Builtin } from "floww"; new Builtin().triggers.onManual({ name: "m", handler: () => 1 });',
    );
    const dev = server.spawnCli(["dev", "--yes"], { cwd: project.folder });
    await eventually(async () => (dev.output().includes("waiting for events") ? true : undefined));
    await server[Symbol.asyncDispose]();
    await eventually(async () => (dev.output().includes("cannot be reached") ? true : undefined));
    dev.process.kill("SIGINT");
    await dev.closed;
  });

  test("Ctrl-C ends it also while callers keep their connections busy", async () => {
    const server = await startTestServer({ home });
    const { stdout } = await server.cli(["deploy", hello, "--yes", "--json"]);
    const [{ url }] = (JSON.parse(stdout) as { triggers: [{ url: string }] }).triggers;
    let answers = 0;
    const callers = Array.from({ length: 8 }, async () => {
      for (;;) {
        const answer = await sayHello(server, url).catch(() => undefined);
        if (answer === undefined) return;
        answers += 1;
      }
    });
    await eventually(async () => (answers > 50 ? true : undefined));
    const stopAt = performance.now();
    await server[Symbol.asyncDispose]();
    // Cut off only after ten seconds; a tenth of one is enough.
    expect(performance.now() - stopAt).toBeLessThan(8_000);
    await Promise.all(callers);
  });

  test("Ctrl-C leaves no process behind", async () => {
    const server = await startTestServer({ home });
    await server.cli(["deploy", hello, "--yes"]);
    const family = await descendants(server.process.pid!);
    expect(family.length).toBeGreaterThan(1);
    await server[Symbol.asyncDispose]();
    await eventually(async () =>
      (await Promise.all(family.map(isAlive))).includes(true) ? undefined : true,
    );
  });
});

async function descendants(pid: number): Promise<number[]> {
  const listed = await run("ps", ["-eo", "pid=,ppid="]);
  const pairs = listed.stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    pairs.filter(([, ppid]) => ppid === parent).flatMap(([child]) => [child!, ...below(child!)]);
  return below(pid);
}

async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return status !== "" && !/\) Z /.test(status);
}
