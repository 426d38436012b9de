import { writeSync } from "node:fs";
import { inspect } from "node:util";
import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { type Config, readConfig } from "./config/config.ts";
import { readEnvironment } from "./config/env.ts";
import { runCommand } from "./operator/run-command.ts";
import { type RunningServer, startServer } from "./server.ts";

const STDERR = 2;
const report = (error: unknown) => {
  try {
    writeSync(STDERR, `${inspect(error)}\n`);
  } catch {
    // The disk under the log is full: through console the server would end of it.
  }
};

/** The server until it has ended, or one of its operator's commands; resolves with the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const config = readConfig(readEnvironment());
    if (args.length === 0) return await serve(config);
    await runCommand(args, { config, say, report });
    return 0;
  } catch (error) {
    console.error(error instanceof FlowwError ? `${error.message}\n${error.fix}` : error);
    return 1;
  }
}

async function serve(config: Config): Promise<number> {
  const server = await startServer(config, report);
  process.stdout.write(`${announce({ ...server, home: config.home })}\n`);
  const asked = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
  });
  await Promise.race([asked, server.idle]);
  try {
    await server.stop();
    return 0;
  } catch (error) {
    report(error);
    return 1;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One line of JSON for the program that started us; words for a person. */
function announce(started: RunningServer & { home: string }): string {
  if (!process.stdout.isTTY) {
    const namespaceId = formatId("namespace", started.namespaceId);
    return JSON.stringify({ ready: true, ...started, namespaceId, idle: undefined });
  }
  return [
    `Floww is ready: ${started.url}`,
    `  state      ${started.home}`,
    `  isolation  ${started.isolation}`,
    "  sign in    the CLI on this machine is signed in as the owner",
    ...(started.setupUrl === undefined
      ? []
      : [`  browser    make the first account, once: ${started.setupUrl}`]),
    "Ctrl-C stops everything.",
  ].join("\n");
}
