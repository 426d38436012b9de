import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { signal } from "./processes.ts";

const MAIN = fileURLToPath(new URL("../../apps/server/main.ts", import.meta.url));
const SETPRIV = "/usr/bin/setpriv";

export interface ChaosServerOptions {
  home: string;
  /** File for what it says on stderr. */
  log: string;
  port: number;
  /** Undefined: the embedded PostgreSQL of its home. */
  databaseUrl: string | undefined;
  /** More of its environment. */
  env?: Readonly<Record<string, string>>;
  /** In front of node's command line: a clock that lies. */
  wrapper?: readonly string[];
}

/** Modules that are loaded before the server: fail points and mutants. What each says on stderr when it is at work. */
export interface Preload {
  module: URL;
  announces: string;
}

/** One server process of the product, on a port and a home of its own, which it keeps over its restarts. */
export class ChaosServer {
  readonly home: string;
  readonly url: string;
  readonly #options: ChaosServerOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #mayEnd = true;
  #hasCrashed = false;

  constructor(options: ChaosServerOptions) {
    this.#options = options;
    this.home = options.home;
    this.url = `http://127.0.0.1:${options.port}`;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.isRunning ? this.#child?.pid : undefined;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when the process is gone, however it ended. */
  get ended(): Promise<unknown> {
    return this.#ended;
  }

  /** Resolves when it serves. */
  async start(preloads: readonly Preload[] = []): Promise<void> {
    const { home, log: file, port, databaseUrl, wrapper = [], env = {} } = this.#options;
    const log = await open(file, "a", 0o600);
    const imports = preloads.flatMap(({ module }) => ["--import", module.href]);
    const command = [...endWithParent(), ...wrapper, process.execPath, "--no-warnings", ...imports, MAIN];
    const child = spawn(command[0]!, command.slice(1), {
      env: {
        PATH: process.env.PATH,
        HOME: home,
        FLOWW_HOME: home,
        FLOWW_PORT: String(port),
        // The sink's.
        FLOWW_ALLOW_ADDRESSES: "127.0.0.1",
        ...env,
        ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      },
      stdio: ["ignore", "pipe", log.fd],
    });
    this.#child = child;
    this.#mayEnd = false;
    this.#ended = once(child, "close").then(([code, name]) => {
      // By SIGKILL it ends only where somebody sent one: the nemesis, or a fail point.
      this.#hasCrashed ||= !this.#mayEnd && name !== "SIGKILL" && code !== 0;
    });
    await log.close();
    await this.#ready(child);
    const said = await this.#logText();
    const silent = preloads.find(({ announces }) => !said.includes(announces));
    if (silent === undefined) return;
    await this.kill();
    throw new RangeError(`A preload was not at work: "${silent.announces}" was never said.`);
  }

  /** What it said before it ended, once it has ended by itself; undefined when it never did. */
  async lastWords(): Promise<string | undefined> {
    return this.#hasCrashed ? this.logTail() : undefined;
  }

  get hasCrashed(): boolean {
    return this.#hasCrashed;
  }

  async kill(): Promise<void> {
    this.#mayEnd = true;
    this.#child?.kill("SIGKILL");
    await this.#ended;
  }

  /** As an operator stops it. */
  async stop(): Promise<void> {
    this.#mayEnd = true;
    this.#child?.kill("SIGTERM");
    await this.#ended;
  }

  /** Only the server's own process: what user code does meanwhile, it does. */
  freeze(): void {
    if (this.pid !== undefined) signal(this.pid, "SIGSTOP");
  }

  thaw(): void {
    if (this.pid !== undefined) signal(this.pid, "SIGCONT");
  }

  async ownerToken(): Promise<string> {
    return (await readFile(join(this.home, "owner.token"), "utf8")).trim();
  }

  async #ready(child: ChildProcess): Promise<void> {
    for await (const line of createInterface({ input: child.stdout! })) {
      if (!line.startsWith('{"ready":true')) continue;
      child.stdout!.resume();
      return;
    }
    // Its database may be away; whoever starts it tries again.
    this.#mayEnd = true;
    throw new NotReadyError(`The server ended before it was ready:\n${await this.logTail()}`);
  }

  async logTail(): Promise<string> {
    return (await this.#logText()).trim().split("\n").slice(-25).join("\n");
  }

  #logText(): Promise<string> {
    return readFile(this.#options.log, "utf8");
  }
}

export class NotReadyError extends Error {
  override readonly name = "NotReadyError";
}

/** A harness that is killed leaves nothing behind. */
function endWithParent(): string[] {
  return existsSync(SETPRIV) ? [SETPRIV, "--pdeathsig", "KILL"] : [];
}
