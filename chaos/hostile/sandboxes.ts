import { readdir, readFile, readlink } from "node:fs/promises";
import { listDescendants, listProcesses } from "../system/processes.ts";

/** What there is of one sandbox: a namespace of processes, with all that live in it. */
export interface Sandbox {
  namespace: string;
  pids: number[];
}

/**
 * The sandboxes of one server, from outside: every namespace of processes that was ever seen below it is remembered, so
 * that what has left its family (a double fork, a server that was killed) is still found. The number of a namespace is
 * used again when it is gone, so its first process, which lives as long as it does, stands for it.
 */
export class Sandboxes {
  readonly #serverPid: number;
  readonly #seen = new Set<string>();

  constructor(serverPid: number) {
    this.#serverPid = serverPid;
  }

  async list(): Promise<Sandbox[]> {
    const own = await namespaceOf(process.pid);
    const family = new Set((await listDescendants(this.#serverPid)).map(({ pid }) => pid));
    const all = await Promise.all(
      (await listProcesses()).map(async ({ pid }) => ({
        pid,
        namespace: await namespaceOf(pid),
        startedAt: await startOf(pid),
      })),
    );
    // One that has ended meanwhile has no start any more.
    const foreign = all.filter(
      ({ namespace, startedAt }) => namespace !== undefined && namespace !== own && startedAt > 0,
    );
    const sandboxes: Sandbox[] = [];
    for (const [namespace, members] of Map.groupBy(foreign, (member) => member.namespace!)) {
      const name = `${namespace} ${Math.min(...members.map(({ startedAt }) => startedAt))}`;
      if (members.some(({ pid }) => family.has(pid))) this.#seen.add(name);
      if (this.#seen.has(name)) sandboxes.push({ namespace, pids: members.map(({ pid }) => pid) });
    }
    return sandboxes;
  }

  /** Control groups that the server made, in the place that it shares with this process, and that are still there. */
  async listGroups(): Promise<string[]> {
    const name = `floww-${this.#serverPid}-`;
    const found = new Set<string>();
    for (const folder of ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"]) {
      const place = await placeOf(process.pid, folder);
      if (place === undefined) continue;
      for (const entry of await readdir(place).catch(() => [])) if (entry.startsWith(name)) found.add(entry);
    }
    return [...found];
  }
}

/** In ticks since the machine was started. */
async function startOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? 0);
}

async function namespaceOf(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/ns/pid`).catch(() => undefined);
}

/** Of the hierarchy that is mounted there: version 1's of process counts, or version 2's. */
async function placeOf(pid: number, folder: string): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/cgroup`, "utf8").catch(() => "");
  const line = folder.endsWith("pids") ? /^\d+:(?:.*,)?pids(?:,.*)?:(.*)$/m : /^0::(.*)$/m;
  const path = text.match(line)?.[1];
  return path === undefined ? undefined : `${folder}${path}`;
}
