import { type ChildProcess, spawn } from "node:child_process";
import type { ErrorCode } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { ControlGroup, ControlGroups } from "./control-groups.ts";
import { leakedDescriptors } from "./leaked-descriptors.ts";
import { watchResources } from "./watch-resources.ts";

/** A started executor, its frames on descriptor 3, and what its surroundings know of its death. */
export interface SpawnedExecutor {
  child: ChildProcess;
  causeOfDeath(): ErrorCode | undefined;
}

/** Starts one executor; who calls it ends it. */
export type SpawnExecutor = () => SpawnedExecutor;

export interface LimitedCommand {
  program: string;
  args: string[];
  /** Undefined where groups cannot be written: then a watch stands in. */
  groups: ControlGroups | undefined;
}

/** What the process may hold besides its heap: code, buffers, its private /tmp. */
const HEAP_SHARE = 0.75;

export const NODE_ARGS = [
  "--enable-source-maps",
  "--no-warnings",
  "--disable-sigusr1",
  `--max-old-space-size=${(HEAP_SHARE * limits.processMemoryBytesMax) / 1024 / 1024}`,
];

/**
 * Joins the groups named before `--`, then becomes the program behind it: nothing of it runs outside of them. A shell
 * puts variables of its own into the environment, so that is emptied again.
 */
const JOIN_GROUPS =
  'while [ "$1" != -- ]; do echo 0 >"$1" || exit 125; shift; done; shift; ulimit -c 0; exec /usr/bin/env -i "$@"';

/** Starts a program with an empty environment, within limits of memory and processes. */
export function spawnLimited({ program, args, groups }: LimitedCommand): SpawnedExecutor {
  const group = groups?.create();
  const command = group === undefined ? [program, ...args] : joining(group, program, args);
  const child = spawn(command[0]!, command.slice(1), {
    env: {},
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe", "pipe", ...leakedDescriptors()],
    // A process group of its own, so that what is left of it can be named.
    detached: group === undefined,
  });
  if (group === undefined) {
    child.once("exit", () => killProcessGroup(child.pid));
    return { child, causeOfDeath: watchResources(child) };
  }
  let isOutOfMemory = false;
  child.once("exit", () => {
    isOutOfMemory = group.wasOutOfMemory();
    // What a dead process leaves behind would keep its pipes open, and with them the wait for its end.
    group.kill();
  });
  child.once("close", () => void group.remove());
  return { child, causeOfDeath: () => (isOutOfMemory ? "OUT_OF_MEMORY" : undefined) };
}

/**
 * A sandbox whose outer process is killed in its first milliseconds leaves an inner one behind, which waits for the other
 * for ever and keeps its pipes open: it has not left the group yet.
 */
function killProcessGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // Nothing is left.
  }
}

function joining(group: ControlGroup, program: string, args: string[]): string[] {
  return ["/bin/sh", "-c", JOIN_GROUPS, "sh", ...group.processFiles, "--", program, ...args];
}
