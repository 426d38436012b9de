import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const MINUTE = 60_000;

/**
 * A newcomer's PATH: without this repository's programs, so that `node` and `npm` are the machine's own, which is
 * Node 20 where that is what people have.
 */
const path = (process.env.PATH ?? "")
  .split(delimiter)
  .filter((folder) => !folder.startsWith(root))
  .join(delimiter);

describe("what npm run pack makes, installed outside the repository", () => {
  let work: string;
  let tools: string;
  let server: ChildProcess | undefined;
  let env: Record<string, string>;
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), "floww-packed-"));
    tools = join(work, "tools");
    const home = join(work, "home");
    env = { PATH: path, HOME: home, FLOWW_HOME: join(home, ".floww"), FLOWW_PORT: "0" };
    // Where packages come from is the machine's business, and this HOME has no .npmrc to say it.
    const registry = (await run("npm", ["config", "get", "registry"], { cwd: work })).stdout.trim();
    Object.assign(env, { npm_config_registry: registry, npm_config_cache: await npmCache() });
    await mkdir(tools);
    await mkdir(home);
    await run(process.execPath, [join(root, "tools/pack/run.ts")], { cwd: root });
    await writeFile(join(tools, "package.json"), "{}");
    const tarballs = ["floww", "floww-server"].map((name) => join(root, `dist/pack/${name}-0.1.0.tgz`));
    await run("npm", ["install", "--no-audit", "--no-fund", ...tarballs], { cwd: tools, env });
  }, 5 * MINUTE);
  afterAll(async () => {
    if (server?.exitCode === null) {
      const closed = new Promise((resolve) => server?.once("close", resolve));
      server.kill("SIGTERM");
      await closed;
    }
    await rm(work, { recursive: true, force: true });
  });

  async function npmCache(): Promise<string> {
    return (await run("npm", ["config", "get", "cache"], { cwd: work })).stdout.trim();
  }
  const npx = (args: string[], cwd: string) => run("npx", ["--no-install", ...args], { cwd, env });

  test("from help to an answer: init, types, test, deploy, curl, pull, server stop", {
    timeout: 3 * MINUTE,
  }, async () => {
    expect((await npx(["floww", "--help"], tools)).stdout).toContain("Usage: floww");
    const { findings } = JSON.parse(
      await npx(["floww", "doctor", "--json"], tools).then(
        ({ stdout }) => stdout,
        (error: { stdout: string }) => error.stdout,
      ),
    );
    expect(findings[0]).toMatchObject({
      check: "Node",
      status: "fine",
      message: expect.stringMatching(/^2[4-9]/),
    });

    server = spawn("npx", ["--no-install", "floww-server"], {
      cwd: tools,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const { url } = await readReady(server);

    await npx(["floww", "init", "../hello", "--name", "hello", "--yes"], tools);
    const project = join(work, "hello");
    const manifest = JSON.parse(await readFile(join(project, "package.json"), "utf8"));
    expect(manifest.dependencies.floww).toMatch(/^file:.*dist\/pack\/floww-0\.1\.0\.tgz$/);
    expect(manifest.devDependencies["@floww/server"]).toMatch(/^file:.*floww-server-0\.1\.0\.tgz$/);
    await npx(["tsc", "--skipLibCheck", "false"], project);
    await npx(["tsc", "--module", "preserve", "--moduleResolution", "bundler"], project);

    expect((await run("npm", ["test"], { cwd: project, env })).stdout).toMatch(/pass 2\b[\s\S]*fail 0\b/);

    const deployed = JSON.parse((await npx(["floww", "deploy", "--json"], project)).stdout);
    const webhook = deployed.triggers.find((trigger: { url?: string }) => trigger.url);
    expect(webhook.url.startsWith(url)).toBe(true);
    const body = JSON.stringify({ name: "Ada" });
    const answer = await fetch(webhook.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(await answer.json()).toEqual({ message: "Hello, Ada!" });
    // The package brings the dashboard.
    expect((await fetch(`${url}/theme.js`)).headers.get("content-type")).toContain("javascript");

    const pulled = await npx(["floww", "pull", "hello", "--output", "pulled"], project);
    expect(await readFile(join(project, "pulled/main.ts"), "utf8")).toBe(
      await readFile(join(project, "main.ts"), "utf8"),
    );
    expect(pulled.stderr).toContain("npm install floww\n");
    expect(pulled.stderr).not.toContain("left out");

    const closed = new Promise((resolve) => server?.once("close", resolve));
    await npx(["floww", "server", "stop"], project);
    await closed;
  });
});

async function readReady({ stdout }: ChildProcess): Promise<{ url: string }> {
  for await (const line of createInterface({ input: stdout! })) {
    if (line.startsWith('{"ready":true')) return JSON.parse(line) as { url: string };
  }
  throw new TypeError("The server ended before it was ready.");
}
