import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ControlGroups } from "./control-groups.ts";
import { NODE_ARGS, type SpawnExecutor, spawnLimited } from "./spawn-executor.ts";

export interface PermissionOptions {
  executorFile: string;
  groups: ControlGroups | undefined;
}

/** A seat belt, not a wall: Node's permission model and an empty environment. Called so wherever it is shown. */
export function permissionModel({ executorFile, groups }: PermissionOptions): SpawnExecutor {
  return () => {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), "floww-process-"));
    const permissions = [
      "--permission",
      `--allow-fs-read=${executorFile}`,
      `--allow-fs-read=${folder}`,
      `--allow-fs-write=${folder}`,
    ];
    // An environment would be seen by user code; the one thing that the executor has to know is an argument.
    const args = [...NODE_ARGS, ...permissions, executorFile, `--tmp=${folder}`];
    const [program, ...rest] = groups === undefined ? [process.execPath, ...args] : withoutCores(args);
    const spawned = spawnLimited({ program: program!, args: rest, groups });
    const { child } = spawned;
    child.once("close", () => rmSync(folder, { recursive: true, force: true }));
    return spawned;
  };
}

/** A crash writes no core into the server's folder. A shell puts variables of its own into the environment, so that is emptied again. */
function withoutCores(args: string[]): string[] {
  return ["/bin/sh", "-c", 'ulimit -c 0; exec /usr/bin/env -i "$@"', "sh", process.execPath, ...args];
}
