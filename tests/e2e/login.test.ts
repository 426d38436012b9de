import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { homeEnvironment } from "./home-environment.ts";
import { type RunningCommand, startTestServer, type TestServer } from "./test-server.ts";

const main = fileURLToPath(new URL("../../apps/cli/main.ts", import.meta.url));
/** The CLI polls every 5 s. */
const WAIT_MS = 60_000;

let server: TestServer;
let cookie: string;
beforeAll(async () => {
  server = await startTestServer();
  cookie = await setUp();
});
afterAll(() => server[Symbol.asyncDispose]());

describe("floww login", () => {
  test("signs in when the code is approved in a browser, and logout ends it on the server", {
    timeout: WAIT_MS,
  }, async () => {
    const { stdout, token } = await signIn();
    expect(stdout).toContain(`Signed in to ${server.url} as Ada.`);
    expect(await meStatus(token)).toBe(200);
    const folder = join(server.home, ".config/floww/sign-ins");
    const [file = ""] = await readdir(folder);
    expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);

    expect((await server.cli(["logout"])).stdout).toContain("Signed out");
    expect(await meStatus(token)).toBe(401);
    expect(existsSync(join(folder, file))).toBe(false);
  });

  test("goes where every command goes: FLOWW_SERVER, the remembered server, the one that runs here", async () => {
    const nobody = "http://127.0.0.1:9";
    // A server.json names the server of this home, which listens at a port of its own.
    expect(await startOf({})).toContain(server.url);
    await server.cli(["config", "set", "server", nobody]);
    expect(await startOf({})).toContain(`No server answers at ${nobody}`);
    expect(await startOf({ FLOWW_SERVER: server.url })).toContain(server.url);
    expect(await startOf({}, ["--server", `${server.url}/`])).toContain(server.url);
    await server.cli(["config", "reset", "server"]);
  });

  test("says where commands go when that is somewhere else", { timeout: WAIT_MS }, async () => {
    const elsewhere = server.url.replace("127.0.0.1", "localhost");
    const { stdout } = await signIn(["--server", elsewhere]);
    expect(stdout).toContain(
      `Commands go to ${server.url} (FLOWW_SERVER). To send them here:\n  floww config set server ${elsewhere}\n`,
    );
  });

  test("says so when the code is denied", { timeout: WAIT_MS }, async () => {
    const command = server.spawnCli(["login", "--no-browser"], { cwd: server.home });
    await decide(await addressOf(command), "deny");
    await command.closed;
    expect(command.output()).toContain("denied");
    expect(command.process.exitCode).toBe(2);
  });

  test("to a server that cannot be reached ends with 4, as every command does", async () => {
    const end = server.cli(["login", "--no-browser", "--server", "http://127.0.0.1:9"]);
    await expect(end).rejects.toMatchObject({
      code: 4,
      stderr: expect.stringContaining("No server answers at http://127.0.0.1:9"),
    });
  });

  test("ends at once and cleanly at Ctrl-C", async () => {
    const command = server.spawnCli(["login", "--no-browser"], { cwd: server.home });
    await addressOf(command);
    command.process.kill("SIGINT");
    await command.closed;
    expect(command.output()).toContain("given up");
    expect(command.output()).not.toContain("    at ");
    expect(command.process.exitCode).toBe(3);
  });
});

/** What a sign-in says first, without FLOWW_SERVER unless it is given. */
async function startOf(env: Record<string, string>, args: string[] = []): Promise<string> {
  const child = spawn(process.execPath, ["--no-warnings", main, "login", "--no-browser", ...args], {
    env: { ...homeEnvironment(server.home), ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.includes("Waiting")) child.kill("SIGINT");
    });
  }
  await once(child, "close");
  return output;
}

async function signIn(args: string[] = []): Promise<{ stdout: string; token: string }> {
  const command = server.spawnCli(["login", "--no-browser", ...args], { cwd: server.home });
  await decide(await addressOf(command), "approve");
  await command.closed;
  const folder = join(server.home, ".config/floww/sign-ins");
  const [file = ""] = await readdir(folder);
  const { accessToken } = JSON.parse(await readFile(join(folder, file), "utf8")) as { accessToken: string };
  return { stdout: command.output(), token: accessToken };
}

/** The address that the command prints. */
async function addressOf(command: RunningCommand): Promise<URL> {
  const until = Date.now() + WAIT_MS;
  for (;;) {
    const found = /Open (http\S+)\n/.exec(command.output())?.[1];
    if (found !== undefined) return new URL(found);
    if (Date.now() > until) throw new TypeError(`no address in: ${command.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function setUp(): Promise<string> {
  const token = new URL(server.setupUrl ?? "").searchParams.get("token") ?? "";
  const person = { name: "Ada", email: "ada@example.com", password: "correct horse battery" };
  const answer = await post("/setup", { token, ...person });
  expect(answer.status).toBe(303);
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");
}

async function decide(address: URL, decision: string): Promise<void> {
  const page = await (await fetch(address, { headers: { cookie } })).text();
  const token = /name="token" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const user_code = address.searchParams.get("user_code") ?? "";
  expect((await post("/device", { token, user_code, decision })).status).toBe(200);
}

function post(path: string, fields: Record<string, string>): Promise<Response> {
  return fetch(server.url + path, {
    method: "POST",
    headers: { origin: server.url, ...(cookie === undefined ? {} : { cookie }) },
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
}

async function meStatus(token: string): Promise<number> {
  return (await fetch(`${server.url}/api/me`, { headers: { authorization: `Bearer ${token}` } })).status;
}
