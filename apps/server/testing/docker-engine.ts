import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const ENGINE = "dockerd";
const READY_MS = 60_000;

export const hasDocker = process.getuid?.() === 0 && spawnSync(ENGINE, ["--version"]).status === 0;

/** An engine of the test's own: its containers, images and socket are nobody else's. */
export interface DockerEngine {
  program: string;
  /** What the program is to be started with, to talk to this engine. */
  env: Record<string, string>;
  ask(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

export async function startDocker({ PATH = "" }: NodeJS.ProcessEnv): Promise<DockerEngine> {
  const home = await mkdtemp(join(tmpdir(), "floww-dockerd-"));
  const socket = join(home, "s");
  const env = { PATH, HOME: home, DOCKER_HOST: `unix://${socket}` };
  const daemon = spawn(
    ENGINE,
    [
      ...["-H", `unix://${socket}`, "--data-root", join(home, "data"), "--exec-root", join(home, "exec")],
      ...["--pidfile", join(home, "pid"), "--bridge", "none", "--iptables=false", "--ip6tables=false"],
    ],
    { env, stdio: "ignore" },
  );
  const ask = async (...args: string[]) => {
    const { stdout } = await run("docker", args, { env, maxBuffer: 16 * 1024 * 1024 });
    return stdout.trim();
  };
  await untilReady(daemon, () => ask("version"));
  return {
    program: "docker",
    env,
    ask,
    stop: async () => {
      if (daemon.exitCode === null) {
        daemon.kill("SIGTERM");
        await once(daemon, "exit");
      }
      // Where networks were made it leaves one mounted.
      spawnSync("umount", [join(home, "exec/netns/default")]);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A base with Node and nothing else: nothing can be pulled where tests run. */
export async function importNodeImage({ ask }: DockerEngine, name: string): Promise<void> {
  const tree = await mkdtemp(join(tmpdir(), "floww-image-"));
  const place = async (from: string, to = from) => {
    await mkdir(join(tree, dirname(to)), { recursive: true });
    await copyFile(from, join(tree, to));
  };
  try {
    const { stdout } = await run("ldd", [process.execPath]);
    for (const [library] of stdout.matchAll(/\/\S+/g)) await place(library);
    await place(process.execPath, "/bin/node");
    const tar = join(tree, "image.tar");
    await run("tar", ["-C", tree, "--exclude=./image.tar", "-cf", tar, "."]);
    await ask("import", tar, name);
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

async function untilReady(daemon: ChildProcess, look: () => Promise<unknown>): Promise<void> {
  for (const until = Date.now() + READY_MS; Date.now() < until && daemon.exitCode === null; ) {
    const isUp = await look().then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new RangeError("dockerd did not become ready.");
}
