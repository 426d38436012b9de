import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { homeEnvironment } from "./home-environment.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface OperatorRun {
  process: ChildProcess;
  /** Rejects with what it printed when it did not succeed. */
  output: Promise<string>;
}

/** `floww-server <args>`, of the server whose home it is. */
export function runOperator(home: string, args: string[], env: Record<string, string> = {}): OperatorRun {
  const child = spawn(process.execPath, ["--no-warnings", join(root, "apps/server/main.ts"), ...args], {
    env: { ...homeEnvironment(home), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (text) => {
      printed += text;
    });
  const output = new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(printed) : reject(new RangeError(printed))));
  });
  return { process: child, output };
}
