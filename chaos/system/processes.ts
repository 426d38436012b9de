import { readdir, readFile } from "node:fs/promises";

export interface ProcessEntry {
  pid: number;
  parent: number;
  command: string;
}

/** Every process of this machine that can be seen, from /proc. */
export async function listProcesses(): Promise<ProcessEntry[]> {
  const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(names.map((name) => readProcess(Number(name))));
  return entries.filter((entry) => entry !== undefined);
}

async function readProcess(pid: number): Promise<ProcessEntry | undefined> {
  try {
    const [status, command] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile(`/proc/${pid}/cmdline`, "utf8"),
    ]);
    // The state stands after the command's name, which may itself hold parentheses.
    const [state, parent] = status.slice(status.lastIndexOf(")") + 2).split(" ");
    if (state === "Z") return undefined;
    return { pid, parent: Number(parent), command: command.replaceAll("\0", " ").trim() };
  } catch {
    // It ended while we looked.
    return undefined;
  }
}

/** What descends from a process, nearest first. */
export async function listDescendants(pid: number): Promise<ProcessEntry[]> {
  const all = await listProcesses();
  const below = (parent: number): ProcessEntry[] => {
    const children = all.filter((entry) => entry.parent === parent);
    return [...children, ...children.flatMap((child) => below(child.pid))];
  };
  return below(pid);
}

/** The processes in which a server's user code runs: the innermost ones, inside their sandbox. */
export async function listRuntimes(serverPid: number): Promise<number[]> {
  const runtimes = (await listDescendants(serverPid)).filter(({ command }) =>
    command.includes("executor.cjs"),
  );
  const parents = new Set(runtimes.map(({ parent }) => parent));
  return runtimes.filter(({ pid }) => !parents.has(pid)).map(({ pid }) => pid);
}

/** False when it has ended already. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
