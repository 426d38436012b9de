import { type ChildProcess, spawn } from "node:child_process";
import type { ErrorCode } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { ControlGroup, ControlGroups } from "./control-groups.ts";
import { leakedDescriptors } from "./leaked-descriptors.ts";
import { watchResources } from "./watch-resources.ts";

/** A started executor, its frames on descriptor 3, and what its surroundings know of its death. */
export interface SpawnedExecutor {
  child: ChildProcess;
  /**
   * Asked once it is up, before it hears of any user code: resolves when its limits hold for all of its processes.
   * Moving them into their group takes as long as a sandbox, so it is done beside the start and not before.
   */
  confine?(): Promise<void>;
  causeOfDeath(): ErrorCode | undefined;
  /** Resolves when nothing of it is left. */
  gone: Promise<void>;
}

/** Starts one executor; who calls it ends it. */
export type SpawnExecutor = () => SpawnedExecutor;

/** All around an executor is there, and it starts once it is told to. */
export interface PreparedExecutor extends SpawnedExecutor {
  go(): void;
}

export interface LimitedCommand {
  program: string;
  args: string[];
  /** Undefined where groups cannot be written: then a watch stands in. */
  groups: ControlGroups | undefined;
  /** The program waits for a byte on GATE_DESCRIPTOR. */
  hasGate?: true;
}

export const GATE_DESCRIPTOR = 4;

/** What the process may hold besides its heap: code, buffers, its private /tmp. */
const HEAP_SHARE = 0.75;

export const NODE_ARGS = [
  "--no-warnings",
  "--disable-sigusr1",
  `--max-old-space-size=${(HEAP_SHARE * limits.processMemoryBytesMax) / 1024 / 1024}`,
];

/** Starts a program with an empty environment, within limits of memory and processes. */
export function spawnLimited({ program, args, groups, hasGate }: LimitedCommand): SpawnedExecutor {
  const group = groups?.create();
  const given = ["ignore", "pipe", "pipe", "pipe", ...(hasGate ? ["pipe" as const] : [])] as const;
  const child = spawn(program, args, {
    env: {},
    cwd: "/",
    stdio: [...given, ...leakedDescriptors(given.length)],
    // A process group of its own, so that what is left of it can be named.
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) {
    void group?.remove();
    return { child, causeOfDeath: () => undefined, gone: Promise.resolve() };
  }
  child.once("exit", () => killProcessGroup(pid));
  if (group === undefined) return { child, causeOfDeath: watchResources(child), gone: closed(child) };
  return { child, ...limitBy(group, child, pid) };
}

function limitBy(group: ControlGroup, child: ChildProcess, pid: number): Omit<SpawnedExecutor, "child"> {
  let isOutOfMemory = false;
  child.once("exit", () => {
    isOutOfMemory = group.wasOutOfMemory();
    // What a dead process leaves behind would keep its pipes open, and with them the wait for its end.
    group.kill();
  });
  const begun = group.adopt(pid);
  begun.catch(() => undefined); // told to whoever asks
  return {
    confine: () => begun.then(() => group.adopt(pid)),
    causeOfDeath: () => (isOutOfMemory ? "OUT_OF_MEMORY" : undefined),
    gone: closed(child).then(() => group.remove()),
  };
}

function closed(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once("close", () => resolve()));
}

/**
 * A sandbox whose outer process is killed in its first milliseconds leaves an inner one behind, which waits for the other
 * for ever and keeps its pipes open: it has not left the group yet.
 */
function killProcessGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // Nothing is left.
  }
}
