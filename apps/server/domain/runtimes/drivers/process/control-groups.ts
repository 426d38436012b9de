import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { limits } from "@floww/contract/limits";
import { processFamily } from "./process-family.ts";

/** A group of processes with limits of its own, one for each executor. */
export interface ControlGroup {
  /** Makes a process and all its descendants members. What they start from then on is born one. */
  adopt(leader: number): Promise<void>;
  wasOutOfMemory(): boolean;
  /** Ends every process in it. */
  kill(): void;
  remove(): Promise<void>;
}

export interface ControlGroups {
  readonly version: 1 | 2;
  create(): ControlGroup;
}

/** One hierarchy that holds a controller: all of them in version 2. */
interface Hierarchy {
  /** Our own place in it, below which groups are made. */
  folder: string;
  settings: [file: string, value: string][];
  /** Counts the processes that the kernel ended for lack of memory, as `oom_kill <count>`. */
  oomFile?: string;
}

const ROOT = "/sys/fs/cgroup";
const PREFIX = "floww-";
const memoryMax = String(limits.processMemoryBytesMax);
const pidsMax = String(limits.processPidsMax);
/**
 * An eighth of what everybody has, 100 and 1024: a deploy under load has eight processes of user code starting at once on two
 * processors, and they together are to get no more of them than the server, which every one of their callers waits for.
 */
const CPU_WEIGHT = "12";
const CPU_SHARES = "128";
let nextGroup = 1;

/** The machine's control groups when this process may make some with limits that hold; undefined otherwise. */
export function findControlGroups(): ControlGroups | undefined {
  // Without it, nobody could say who belongs to a process.
  if (!existsSync("/proc/thread-self/children")) return undefined;
  for (const [version, hierarchies] of [
    [2, versionTwo({ hasCpu: true })],
    [2, versionTwo({ hasCpu: false })],
    [1, versionOne({ hasCpu: true })],
    [1, versionOne({ hasCpu: false })],
  ] as const) {
    if (hierarchies.length === 0) continue;
    try {
      removeLeftOvers(hierarchies);
      const groups: ControlGroups = { version, create: () => createGroup(hierarchies) };
      void groups.create().remove();
      return groups;
    } catch {
      // Read-only, not ours, or without the controllers: the next kind, or none.
    }
  }
  return undefined;
}

function versionTwo({ hasCpu }: { hasCpu: boolean }): Hierarchy[] {
  const own = ownPath(/^0::(.*)$/m);
  if (own === undefined) return [];
  const settings: Hierarchy["settings"] = [
    ["memory.max", memoryMax],
    ["memory.oom.group", "1"],
    ["pids.max", pidsMax],
  ];
  if (hasCpu) settings.push(["cpu.weight", CPU_WEIGHT]);
  return [{ folder: join(ROOT, own), settings, oomFile: "memory.events" }];
}

function versionOne({ hasCpu }: { hasCpu: boolean }): Hierarchy[] {
  const [memory, pids, cpu] = [
    ownPath(/^\d+:(?:.*,)?memory(?:,.*)?:(.*)$/m),
    ownPath(/^\d+:(?:.*,)?pids(?:,.*)?:(.*)$/m),
    ownPath(/^\d+:(?:.*,)?cpu(?:,.*)?:(.*)$/m),
  ];
  if (memory === undefined || pids === undefined || (hasCpu && cpu === undefined)) return [];
  return [
    {
      folder: join(ROOT, "memory", memory),
      settings: [["memory.limit_in_bytes", memoryMax]],
      oomFile: "memory.oom_control",
    },
    { folder: join(ROOT, "pids", pids), settings: [["pids.max", pidsMax]] },
    ...(hasCpu
      ? [{ folder: join(ROOT, "cpu", cpu!), settings: [["cpu.shares", CPU_SHARES]] } satisfies Hierarchy]
      : []),
  ];
}

function ownPath(line: RegExp): string | undefined {
  try {
    return readFileSync("/proc/self/cgroup", "utf8").match(line)?.[1];
  } catch {
    return undefined;
  }
}

function createGroup(hierarchies: Hierarchy[]): ControlGroup {
  const name = `${PREFIX}${process.pid}-${nextGroup++}`;
  const folders = hierarchies.map(({ folder }) => join(folder, name));
  try {
    for (const [index, { settings }] of hierarchies.entries()) {
      mkdirSync(folders[index]!);
      for (const [file, value] of settings) writeFileSync(join(folders[index]!, file), value, { flag: "r+" });
    }
  } catch (error) {
    for (const folder of folders) removed(folder);
    throw error;
  }
  const processFiles = folders.map((folder) => join(folder, "cgroup.procs"));
  const adopted = new Set<number>();
  return {
    adopt: async (leader) => {
      // Who was started by a member is one: to move it once more would take as long again.
      const outside = () => {
        const inside = processFiles.map((file) => new Set(members(file)));
        const isMember = (pid: number) => inside.every((pids) => pids.has(pid));
        return processFamily(leader).filter((pid) => !adopted.has(pid) && !isMember(pid));
      };
      // They may start others meanwhile: all are in once nobody is seen outside.
      for (let pids = outside(); pids.length > 0; pids = outside()) {
        for (const pid of pids) await adoptOne(pid, processFiles);
        for (const pid of pids) adopted.add(pid);
      }
    },
    wasOutOfMemory: () =>
      hierarchies.some(
        ({ oomFile }, index) => oomFile !== undefined && countOom(join(folders[index]!, oomFile)) > 0,
      ),
    kill: () => {
      for (const pid of members(processFiles[0]!)) killOne(pid);
    },
    remove: async () => {
      for (const folder of folders) await removeFolder(folder);
    },
  };
}

/** Not in this thread: the kernel waits for a grace period before it moves the first, ten milliseconds and more. */
async function adoptOne(pid: number, processFiles: string[]): Promise<void> {
  const moves = processFiles.map((file) =>
    writeFile(file, String(pid), { flag: "r+" }).catch((error: NodeJS.ErrnoException) => {
      // It has ended by itself meanwhile.
      if (error.code !== "ESRCH") throw error;
    }),
  );
  await Promise.all(moves);
}

function members(file: string): number[] {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function killOne(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself meanwhile.
  }
}

function countOom(file: string): number {
  try {
    return Number(readFileSync(file, "utf8").match(/^oom_kill (\d+)$/m)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** The last process of a group may still be on its way out. */
async function removeFolder(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 50 && !removed(folder); attempt++) await delay(20);
}

function removed(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

/** Groups of servers that were killed. */
function removeLeftOvers(hierarchies: Hierarchy[]): void {
  for (const { folder } of hierarchies) {
    for (const name of readdirSync(folder)) {
      const pid = name.match(/^floww-(\d+)-\d+$/)?.[1];
      if (pid !== undefined && !isAlive(Number(pid))) removed(join(folder, name));
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
