import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { homeEnvironment } from "./home-environment.ts";

const main = fileURLToPath(new URL("../../apps/cli/main.ts", import.meta.url));
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "floww-start-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** `floww server start`, as a container or a person has it. */
function startByCli(env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["--no-warnings", main, "server", "start"], {
    cwd: home,
    env: { ...homeEnvironment(home), FLOWW_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const end = new Promise<{ end: number | string | null; errors: string }>((resolve) =>
    child.once("close", (code, signal) => resolve({ end: code ?? signal, errors })),
  );
  return { child, end };
}

async function readReady(output: NodeJS.ReadableStream): Promise<{ url: string }> {
  for await (const line of createInterface({ input: output }))
    if (line.startsWith('{"ready":true')) return JSON.parse(line) as { url: string };
  throw new TypeError("The server ended before it was ready.");
}

test("server start puts the server into its own place, where SIGTERM ends it cleanly", async () => {
  const { child, end } = startByCli();
  const { url } = await readReady(child.stdout);
  expect((await fetch(`${url}/ready`)).status).toBe(200);
  const { pid } = JSON.parse(await readFile(join(home, "server.json"), "utf8")) as { pid: number };
  expect(pid).toBe(child.pid);
  // Begun again in the same place, once, with a bound that `node` has not by itself.
  const words = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
  expect(words.filter((word) => word === "--max-semi-space-size=16")).toHaveLength(1);
  child.kill("SIGTERM");
  expect(await end).toEqual({ end: 0, errors: "" });
});

test("a server that does not start ends the command with its own words and code", async () => {
  const { end } = startByCli({ FLOWW_PORT: "everywhere" });
  expect(await end).toEqual({ end: 1, errors: expect.stringContaining("FLOWW_PORT") });
});
