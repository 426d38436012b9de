import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const READY_MS = 60_000;
const POLL_MS = 100;

export const hasBuildkit =
  process.getuid?.() === 0 &&
  ["buildkitd", "buildctl", "runc"].every((program) => spawnSync(program, ["--version"]).status === 0);

export interface Buildkit extends AsyncDisposable {
  /** What BUILDKIT_HOST is set to. */
  address: string;
  /** A PATH with its client on it, and nothing else. */
  path: string;
}

/** A daemon of the test's own. */
export async function startBuildkit(): Promise<Buildkit> {
  const home = await mkdtemp(join(tmpdir(), "floww-bk-"));
  const address = `unix://${join(home, "s")}`;
  const args = [
    ...["--addr", address, "--root", join(home, "data"), "--containerd-worker=false"],
    ...["--oci-worker-snapshotter=native"],
  ];
  const daemon = spawn("buildkitd", args, { stdio: "ignore" });
  for (const until = Date.now() + READY_MS; ; ) {
    if (spawnSync("buildctl", ["--addr", address, "debug", "workers"]).status === 0) break;
    if (Date.now() > until || daemon.exitCode !== null)
      throw new RangeError("buildkitd did not become ready.");
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const path = join(home, "bin");
  const { stdout } = spawnSync("which", ["buildctl"], { encoding: "utf8" });
  await mkdir(path);
  await symlink(stdout.trim(), join(path, "buildctl"));
  return {
    address,
    path,
    [Symbol.asyncDispose]: async () => {
      daemon.kill("SIGTERM");
      if (daemon.exitCode === null) await once(daemon, "exit");
      await rm(home, { recursive: true, force: true });
    },
  };
}
