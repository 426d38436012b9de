import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../apps/server/testing/free-port.ts";
import { eventually } from "./eventually.ts";
import { homeEnvironment } from "./home-environment.ts";

const starter = fileURLToPath(new URL("../../tools/start.mjs", import.meta.url));
/** A whole start needs 4 s. */
const START_MS_MAX = 60_000;

interface Started {
  process: ChildProcess;
  closed: Promise<unknown>;
  output(): string;
}

describe("npm start", () => {
  let home: string;
  let port: number;
  const running: ChildProcess[] = [];
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "floww-npm-start-"));
    port = await freePort();
  });
  afterAll(async () => {
    for (const child of running) child.kill("SIGINT");
    await rm(home, { recursive: true, force: true });
  });

  function start(env: NodeJS.ProcessEnv = {}): Started {
    const child = spawn(process.execPath, [starter], {
      env: { ...homeEnvironment(home), FLOWW_PORT: String(port), ...env },
    });
    running.push(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    return { process: child, closed: once(child, "close"), output: () => output };
  }

  async function greeting(started: Started): Promise<string> {
    const hasGreeted = async () => started.output().includes("Ctrl-C stops everything.") || undefined;
    await eventually(hasGreeted, START_MS_MAX);
    return started.output();
  }

  /** As Ctrl-C does: nothing that it started is left. */
  async function stop(started: Started): Promise<void> {
    const [server, database] = await Promise.all([
      readFile(join(home, "server.json"), "utf8").then((text) => (JSON.parse(text) as { pid: number }).pid),
      readFile(join(home, "postgres", "data", "postmaster.pid"), "utf8").then((text) =>
        Number.parseInt(text, 10),
      ),
    ]);
    started.process.kill("SIGINT");
    await started.closed;
    expect(started.process.exitCode).toBe(0);
    expect([server, database].filter(isAlive)).toEqual([]);
  }

  test("finishes what an earlier start did not come to, and its curl line works as it is", async () => {
    const taken = createServer().listen(port, "127.0.0.1");
    await once(taken, "listening");
    const first = start();
    await first.closed;
    expect([first.process.exitCode, first.output()]).toEqual([1, expect.stringContaining(String(port))]);
    taken.close();

    // What this person has set for other servers is nothing to this one, and its public address need not lead here yet.
    const publicUrl = "https://floww.example.com";
    const second = start({ FLOWW_PUBLIC_URL: publicUrl, FLOWW_TOKEN: "other", FLOWW_NAMESPACE: "other" });
    const said = await greeting(second);
    for (const part of [`Floww is ready: ${publicUrl}`, home, "isolation", "owner.token", "/setup?token="])
      expect(said).toContain(part);
    const [, body, url] = /curl -d '(.+)' -H 'content-type: application\/json' (\S+)/.exec(said)!;
    expect(url).toContain(`${publicUrl}/webhook/`);
    const answer = await fetch(url!.replace(publicUrl, `http://127.0.0.1:${port}`), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: body!,
    });
    expect(await answer.json()).toEqual({ message: "Hello, Ada!" });
    await stop(second);
  });

  test("goes on with its data, and leaves a deleted example deleted", async () => {
    const third = start();
    const said = await greeting(third);
    expect(said).toContain(`http://127.0.0.1:${port}/webhook/`);
    const token = (await readFile(join(home, "owner.token"), "utf8")).trim();
    const client = createClient({ serverUrl: `http://127.0.0.1:${port}`, token });
    const { id: namespaceId } = (await client.whoAmI({})).namespaces[0]!;
    expect((await client.listExecutions({ params: { namespaceId }, query: {} })).items).toHaveLength(1);
    const [hello] = (await client.listWorkflows({ params: { namespaceId }, query: {} })).items;
    await client.deleteWorkflow({ params: { namespaceId, workflowId: hello!.id } });
    await stop(third);

    const fourth = start();
    expect(await greeting(fourth)).not.toContain("curl");
    await stop(fourth);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
