import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..");

export interface Program {
  url: string;
  process: ChildProcess;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts one of the programs that are measured; its first line of output is its address. */
export async function startProgram(file: string, args: string[] = []): Promise<Program> {
  return started(
    spawn(process.execPath, ["--no-warnings", join(root, file), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    }),
  );
}

export interface FlowwServer extends Program {
  home: string;
  /** What a program of ours needs to find it as its owner. */
  env: Record<string, string | undefined>;
  cli(args: string[], more?: Record<string, string>): Promise<string>;
}

/** A server of its own in a temporary home. */
export async function startFloww(): Promise<FlowwServer> {
  const home = await mkdtemp(join(tmpdir(), "floww-bench-"));
  const env = { PATH: process.env.PATH, HOME: home, FLOWW_HOME: home, FLOWW_PORT: "0" };
  const server = spawn(process.execPath, ["--no-warnings", join(root, "apps/server/main.ts")], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const program = await started(server, (line) => (JSON.parse(line) as { url: string }).url);
  return {
    ...program,
    home,
    env,
    cli: async (args, more) => {
      const cli = ["--no-warnings", join(root, "apps/cli/main.ts"), ...args];
      // Named, as one bench leaves a second namespace behind.
      const where = { FLOWW_SERVER: program.url, FLOWW_NAMESPACE: "default" };
      return (await run(process.execPath, cli, { env: { ...env, ...where, ...more } })).stdout;
    },
    [Symbol.asyncDispose]: async () => {
      await program[Symbol.asyncDispose]();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function started(child: ChildProcess, readUrl = (line: string) => line): Promise<Program> {
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  for await (const line of createInterface({ input: child.stdout! })) {
    return {
      url: readUrl(line),
      process: child,
      [Symbol.asyncDispose]: async () => {
        child.kill("SIGTERM");
        await closed;
      },
    };
  }
  throw new TypeError("The program ended before it was ready.");
}

export interface LoadResult {
  perSecond: number;
  failures: number;
  p50: number;
  p99: number;
  max: number;
}

export async function load(
  url: string,
  { connections, ms, body }: { connections: number; ms: number; body: string },
): Promise<LoadResult> {
  const args = [
    "--no-warnings",
    join(root, "bench/load/main.ts"),
    url,
    String(connections),
    String(ms),
    body,
  ];
  const { stdout } = await run(process.execPath, args);
  return JSON.parse(stdout) as LoadResult;
}
