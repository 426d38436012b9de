import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-code.ts";
import { findServerProgram } from "../settings/server-program.ts";

export const serverStart: Command = {
  usage: "server start",
  summary: "Run the server here, until it is asked to end; it ends as the server does.",
  example: "FLOWW_PORT=4400 floww server start",
  options: [],
  run: async ({ environment }) => {
    const args = ["--no-warnings", await findServerProgram(resolve("."))];
    // In our place: signals, exit code and process id are the server's own then, and our 90 MB are given back.
    if (process.platform !== "win32")
      process.execve?.(process.execPath, [process.execPath, ...args], environment.variables);
    const child = spawn(process.execPath, args, { env: environment.variables, stdio: "inherit" });
    const [code] = (await once(child, "exit")) as [number | null];
    return code ?? exitCodes.wentWrong;
  },
};
