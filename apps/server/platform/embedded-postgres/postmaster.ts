import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Postmaster {
  pid: number;
  signal(signal: NodeJS.Signals): void;
}

/** The postmaster that runs on this data folder; undefined when there is none, when it is dead, or a zombie. */
export async function readPostmaster(data: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => undefined);
  const pid = Number(text?.split("\n", 1)[0]);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  if (!(await isAlive(pid))) return undefined;
  // Pids come round again: ours has the data folder on its command line.
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
  if (command !== undefined && !command.split("\0").includes(data)) return undefined;
  return { pid, signal: (signal) => signalQuietly(pid, signal) };
}

async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The state stands after the command's name, which may itself hold parentheses.
  return status?.slice(status.lastIndexOf(")") + 2).startsWith("Z") !== true;
}

function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
