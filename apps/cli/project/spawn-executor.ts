import { type ChildProcess, spawn } from "node:child_process";

export interface ExecutorChild {
  executorFile: string;
  /** Where it puts the bundle that it imports; nobody but its parent takes that away. */
  bundleFolder: string;
  /** `host:port` of an inspector. */
  inspect?: string | undefined;
}

/** An executor in a process of its own, with nothing of this terminal's environment. */
export function spawnExecutor({ executorFile, bundleFolder, inspect }: ExecutorChild): ChildProcess {
  const inspector = inspect === undefined ? [] : [`--inspect=${inspect}`];
  const options = ["--no-warnings", ...inspector];
  return spawn(process.execPath, [...options, executorFile, `--tmp=${bundleFolder}`], {
    env: {},
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
}
