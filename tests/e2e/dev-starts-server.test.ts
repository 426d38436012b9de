import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { freePort } from "../../apps/server/testing/free-port.ts";
import { eventually } from "./eventually.ts";
import { homeEnvironment } from "./home-environment.ts";
import { createProject } from "./workflow-project.ts";

const run = promisify(execFile);
const cli = fileURLToPath(new URL("../../apps/cli/main.ts", import.meta.url));
const SOURCE = `
import { Builtin } from "floww";
new Builtin().triggers.onWebhook({ path: "/hello", handler: () => "hello" });
`;

interface DevHome {
  /** Starts `floww dev` there; answers what it has printed. */
  dev(cwd: string, ...options: string[]): () => string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A home without a server, whose commands and server end with the test. */
async function openHome(): Promise<DevHome> {
  const home = await mkdtemp(join(tmpdir(), "floww-dev-home-"));
  const env = { ...homeEnvironment(home), FLOWW_PORT: "0" };
  const running: ChildProcess[] = [];
  return {
    dev: (cwd, ...options) => {
      const args = ["--no-warnings", cli, "dev", "--yes", ...options];
      const child = spawn(process.execPath, args, { cwd, env });
      running.push(child);
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
      return () => output;
    },
    [Symbol.asyncDispose]: async () => {
      for (const child of running) {
        if (child.exitCode !== null) continue;
        const closed = new Promise((resolve) => child.once("close", resolve));
        child.kill("SIGINT");
        await closed;
      }
      const { pid } = JSON.parse(await readFile(join(home, "server.json"), "utf8")) as { pid: number };
      await run(process.execPath, ["--no-warnings", cli, "server", "stop"], { env });
      expect(() => process.kill(pid, 0)).toThrow();
      await rm(home, { recursive: true, force: true });
    },
  };
}

const addressIn = (output: () => string) =>
  eventually(async () => /http:\S+\/hello/.exec(output())?.[0], 90_000);

test("floww dev with no server anywhere starts the one on this machine, and a second project attaches to it", async () => {
  await using home = await openHome();
  await using one = await createProject("one", SOURCE);
  await using two = await createProject("two", SOURCE);
  const first = home.dev(one.folder);
  const url = await addressIn(first);
  expect(first()).toContain("starting the one on this machine");
  const answer = await fetch(url, { method: "POST" });
  expect(await answer.text()).toBe("hello");

  const second = home.dev(two.folder);
  const other = await addressIn(second);
  expect(second()).not.toContain("starting the one");
  expect(new URL(other).origin).toBe(new URL(url).origin);
}, 240_000);

test("the server that floww dev starts listens where it is told, and stays there", async () => {
  await using home = await openHome();
  await using one = await createProject("one", SOURCE);
  const port = await freePort();
  const where = ["--host", "::1", "--port", String(port)];
  const url = await addressIn(home.dev(one.folder, ...where));
  expect(new URL(url).host).toBe(`[::1]:${port}`);
  expect(await (await fetch(url, { method: "POST" })).text()).toBe("hello");
  const elsewhere = home.dev(one.folder, "--port", "1");
  const refused = `The server on this machine listens at http://[::1]:${port} already.`;
  await eventually(async () => elsewhere().includes(refused) || undefined, 60_000);
}, 240_000);

test("two that begin at once with no server have one, whichever of them started it", async () => {
  await using home = await openHome();
  await using one = await createProject("one", SOURCE);
  await using two = await createProject("two", SOURCE);
  const both = [home.dev(one.folder), home.dev(two.folder)];
  const [url = "", other = ""] = await Promise.all(both.map(addressIn));
  for (const output of both) expect(output()).toContain("starting the one on this machine");
  expect(new URL(other).origin).toBe(new URL(url).origin);
}, 240_000);
