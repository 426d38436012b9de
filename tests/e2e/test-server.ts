import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { assertNone, findStuck } from "../../apps/server/testing/find-stuck.ts";
import { type HomeDatabase, openDatabase, startDatabaseClient } from "./home-database.ts";
import { homeEnvironment } from "./home-environment.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

export interface TestServer {
  url: string;
  home: string;
  /** Makes the first account; undefined when there is one. */
  setupUrl: string | undefined;
  process: ChildProcess;
  /** Resolves when its process has ended, however. */
  closed: Promise<void>;
  /** Looks into its database, past the API. */
  openDatabase(): Promise<HomeDatabase>;
  /** Runs the command line against this server; resolves with what it printed. */
  cli(
    args: string[],
    options?: { cwd?: string; env?: NodeJS.ProcessEnv },
  ): Promise<{ stdout: string; stderr: string }>;
  /** Starts a command that goes on until it is interrupted. */
  spawnCli(args: string[], options: { cwd: string }): RunningCommand;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface RunningCommand {
  process: ChildProcess;
  /** All that it has printed. */
  output(): string;
  /** Resolves when the command has ended. */
  closed: Promise<void>;
}

/**
 * A whole server in a process of its own, on a free port and in a home of its own; ends with the test, and fails it when
 * an execution is stuck: unfinished half a minute past its deadline. Its database is one of the run's unless it is to have
 * a PostgreSQL of its own, which takes more time than all the rest of a server's start.
 */
export async function startTestServer({
  home,
  stderr = "inherit",
  env = {},
  hasOwnPostgres = home !== undefined,
  leavesStuck,
}: {
  home?: string;
  /** Whether it starts the PostgreSQL of its home, as everywhere else; default: where it is given a home. */
  hasOwnPostgres?: boolean;
  /** Where its errors go; a descriptor. */
  stderr?: "inherit" | number;
  env?: Record<string, string>;
  /** Why executions may be unfinished past their deadline when the test is over. */
  leavesStuck?: string;
} = {}): Promise<TestServer> {
  await using opened = new AsyncDisposableStack();
  const folder = home ?? (await mkdtemp(join(tmpdir(), "floww-test-")));
  if (home === undefined) opened.defer(() => rm(folder, { recursive: true, force: true }));
  const settings =
    !hasOwnPostgres && env.DATABASE_URL === undefined ? { ...env, ...(await databaseOfRun(opened)) } : env;
  const child = spawn(process.execPath, ["--no-warnings", join(root, "apps/server/main.ts")], {
    env: { ...homeEnvironment(folder), FLOWW_PORT: "0", ...settings },
    stdio: ["ignore", "pipe", stderr],
  });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  opened.defer(async () => {
    child.kill("SIGINT");
    await closed;
  });
  const { url, setupUrl } = await readReady(child);
  const openOwn = () =>
    settings.DATABASE_URL === undefined ? startDatabaseClient(folder) : openDatabase(settings.DATABASE_URL);
  const rest = opened.move();
  return {
    url,
    home: folder,
    setupUrl,
    process: child,
    closed,
    openDatabase: openOwn,
    cli: (args, { env: more = {}, ...options } = {}) =>
      run(process.execPath, ["--no-warnings", join(root, "apps/cli/main.ts"), ...args], {
        ...options,
        env: { ...homeEnvironment(folder), ...more, FLOWW_SERVER: url },
      }),
    spawnCli: (args, { cwd }) =>
      runningCommand(
        spawn(process.execPath, ["--no-warnings", join(root, "apps/cli/main.ts"), ...args], {
          cwd,
          stdio: ["ignore", "pipe", "pipe"],
          env: { ...homeEnvironment(folder), FLOWW_SERVER: url },
        }),
      ),
    [Symbol.asyncDispose]: async () => {
      try {
        const isServing = child.exitCode === null && child.signalCode === null;
        if (isServing && leavesStuck === undefined) assertNone(await findStuckIn(openOwn));
      } finally {
        await rest.disposeAsync();
      }
    },
  };
}

/** A database of the run's PostgreSQL, where there is a run: no time goes into another PostgreSQL. */
async function databaseOfRun(opened: AsyncDisposableStack): Promise<{ DATABASE_URL?: string }> {
  if (process.env.VITEST === undefined) return {};
  const { createTestDatabase } = await import("../../apps/server/testing/test-database.ts");
  const database = opened.use(
    await createTestDatabase({ leavesStuck: "the server is asked while it serves" }),
  );
  return { DATABASE_URL: database.url };
}

/** Looks past the API, for it is the server's word that is doubted. */
async function findStuckIn(open: () => Promise<HomeDatabase>): Promise<string[]> {
  await using database = await open();
  return await findStuck((sql) => database.query(sql));
}

async function readReady(child: ChildProcess): Promise<{ url: string; setupUrl?: string }> {
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line.startsWith('{"ready":true')) return JSON.parse(line) as { url: string; setupUrl?: string };
  }
  throw new TypeError("The server ended before it was ready.");
}

function runningCommand(child: ChildProcess): RunningCommand {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (text) => {
      output += text;
    });
  }
  return {
    process: child,
    output: () => output,
    closed: new Promise((resolve) => child.once("close", () => resolve())),
  };
}
