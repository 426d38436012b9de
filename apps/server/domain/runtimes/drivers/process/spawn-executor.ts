import { type ChildProcess, spawn } from "node:child_process";
import { limits } from "@floww/contract/limits";

const NODE_ARGS = ["--enable-source-maps", "--no-warnings", "--disable-sigusr1"];

/** A seat belt, not a wall: Node's permission model and an empty environment. Called so wherever it is shown. */
export function spawnWithPermissionModel(executorFile: string): ChildProcess {
  const heap = `--max-old-space-size=${limits.processMemoryBytesMax / 1024 / 1024}`;
  const permissions = [
    "--permission",
    `--allow-fs-read=${executorFile}`,
    "--allow-fs-read=/tmp/floww-*",
    "--allow-fs-write=/tmp",
  ];
  return spawn(process.execPath, [...NODE_ARGS, heap, ...permissions, executorFile], {
    env: {},
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
}
