import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { resolve } from "node:path";
import type { Command } from "../command.ts";
import { findServerProgram } from "../settings/server-program.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** What a shell says of a program that a signal ended: 128 and the signal's number. */
const ENDED_BY_SIGNAL = 128;

export const serverStart: Command = {
  usage: "server start",
  summary: "Run the server here, until it is asked to end; it ends as the server does.",
  example: "FLOWW_PORT=4400 floww server start",
  options: [],
  run: async ({ environment }) => {
    const program = await findServerProgram(resolve("."));
    const child = spawn(process.execPath, ["--no-warnings", program], {
      env: environment.variables,
      stdio: "inherit",
    });
    return await followToEnd(child);
  },
};

/** Passes signals on; the server itself takes a second Ctrl-C, which a terminal sends to both, as the first. */
async function followToEnd(child: ChildProcess): Promise<number> {
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, passOn);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => {
        resolve(code ?? ENDED_BY_SIGNAL + constants.signals[signal ?? "SIGKILL"]);
      });
    });
  } finally {
    for (const signal of SIGNALS) process.off(signal, passOn);
  }
}
