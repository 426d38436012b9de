import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const READY_MS = 20_000;

export function isDockerRegistryInstalled(): boolean {
  return spawnSync("docker-registry", ["--version"]).status === 0;
}

/** Distribution's own registry, on a free port of loopback, with an empty store. */
export async function openDockerRegistry() {
  const folder = await mkdtemp(join(tmpdir(), "docker-registry-"));
  const port = await freePort();
  const config = {
    version: 0.1,
    log: { level: "error" },
    storage: { filesystem: { rootdirectory: join(folder, "store") } },
    http: { addr: `127.0.0.1:${port}` },
  };
  await writeFile(join(folder, "config.yml"), JSON.stringify(config));
  const program = spawn("docker-registry", ["serve", join(folder, "config.yml")], { stdio: "ignore" });
  const host = `127.0.0.1:${port}`;
  await ready(program, `http://${host}/v2/`);
  return {
    host,
    [Symbol.asyncDispose]: async () => {
      if (program.exitCode === null) {
        program.kill("SIGKILL");
        await once(program, "exit");
      }
      await rm(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function ready(program: ChildProcess, url: string): Promise<void> {
  for (const end = Date.now() + READY_MS; Date.now() < end; await wait(20)) {
    if (program.exitCode !== null) throw new Error(`docker-registry ended with ${program.exitCode}`);
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
  }
  throw new Error("docker-registry did not start");
}
