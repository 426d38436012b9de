import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BINARY = "centrifugo";
const READY_MS = 20_000;

export const isCentrifugoInstalled = spawnSync(BINARY, ["version"]).status === 0;

/** For tests: a real Centrifugo v6 on a port of its own. */
export interface StartedCentrifugo {
  port: number;
  /** Of its HTTP API. */
  apiUrl: URL;
  /** Where clients connect. */
  url: string;
  apiKey: string;
  tokenKey: string;
  /** What a server needs to use it. */
  env: Readonly<Record<string, string>>;
  /** As a crash would: nothing of what it kept is left. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** A configuration without its keys. */
export interface CentrifugoSettings {
  client?: { token?: object };
  [part: string]: unknown;
}

export async function startCentrifugo({
  client = {},
  ...settings
}: CentrifugoSettings): Promise<StartedCentrifugo> {
  const folder = await mkdtemp(join(tmpdir(), "centrifugo-"));
  const port = await freePort();
  const apiKey = "api-key-of-a-test";
  const tokenKey = "0123456789abcdef0123456789abcdef";
  const file = join(folder, "config.json");
  await writeFile(
    file,
    JSON.stringify({
      ...settings,
      client: { ...client, token: { ...client.token, hmac_secret_key: tokenKey } },
      http_api: { key: apiKey },
      http_server: { address: "127.0.0.1", port },
      log: { level: "error" },
    }),
  );
  const start = async () => {
    const program = spawn(BINARY, ["-c", file], {
      stdio: "ignore",
    });
    await ready(program, `http://127.0.0.1:${port}/health`);
    return program;
  };
  let program = await start();
  const kill = async () => {
    if (program.exitCode !== null || program.signalCode !== null) return;
    program.kill("SIGKILL");
    await once(program, "exit");
  };
  const apiUrl = new URL(`http://127.0.0.1:${port}/api`);
  const url = `ws://127.0.0.1:${port}/connection/websocket`;
  return {
    ...{ port, apiUrl, url, apiKey, tokenKey },
    env: {
      FLOWW_CENTRIFUGO_URL: url,
      FLOWW_CENTRIFUGO_API_URL: apiUrl.href,
      FLOWW_CENTRIFUGO_API_KEY: apiKey,
      FLOWW_CENTRIFUGO_TOKEN_KEY: tokenKey,
    },
    restart: async () => {
      await kill();
      program = await start();
    },
    close: async () => {
      await kill();
      await rm(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function ready(program: ChildProcess, url: string): Promise<void> {
  const until = Date.now() + READY_MS;
  while (Date.now() < until && program.exitCode === null) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new RangeError("Centrifugo did not become ready.");
}
