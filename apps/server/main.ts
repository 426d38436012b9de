import { writeSync } from "node:fs";
import { inspect } from "node:util";
import { FlowwError } from "@floww/contract/errors";
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

const [, , ...args] = process.argv;

try {
  const config = readConfig(readEnvironment());
  if (args.length > 0) await runCommand(args, { config, say, report });
  else await serve(config);
} catch (error) {
  console.error(error instanceof FlowwError ? `${error.message}\n${error.fix}` : error);
  process.exit(1);
}

async function serve(config: Config): Promise<void> {
  const server = await startServer(config, report);
  process.stdout.write(`${announce({ ...server, home: config.home })}\n`);
  const stop = once(() => server.stop());
  const end = () => {
    stop().then(
      () => process.exit(0),
      (error) => {
        report(error);
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  void server.idle.then(end);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One line of JSON for the program that started us; words for a person. */
function announce(started: RunningServer & { home: string }): string {
  if (!process.stdout.isTTY) return JSON.stringify({ ready: true, ...started, idle: undefined });
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

function once<T>(work: () => T): () => T {
  let result: { value: T } | undefined;
  return () => {
    result ??= { value: work() };
    return result.value;
  };
}
