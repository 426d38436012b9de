import { commands, groups } from "./commands/index.ts";
import { readEnvironment } from "./environment.ts";
import { exitCodeOf, exitCodes } from "./exit-code.ts";
import manifest from "./package.json" with { type: "json" };
import { runProgram } from "./program.ts";
import { showError } from "./show-error.ts";
import { Terminal } from "./terminal.ts";

const environment = readEnvironment();
const terminal = new Terminal({
  output: process.stdout,
  errors: process.stderr,
  input: process.stdin,
  isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
});
// A terminal that does not tell its size (some containers' do not) would get every question one letter a line, and every
// choice one at a time.
if (process.stderr.isTTY && process.stderr.columns === 0) process.stderr.columns = 80;
if (process.stderr.isTTY && process.stderr.rows === 0) process.stderr.rows = 24;
// `floww logs | head` closes our output early, and that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? exitCodes.ok : exitCodes.wentWrong);
});

process.exitCode = await runProgram(process.argv.slice(2), {
  version: manifest.version,
  commands,
  groups,
  terminal,
  run: async (command, call) => {
    try {
      return (await command.run({ ...call, environment, terminal, untilInterrupted })) ?? exitCodes.ok;
    } catch (error) {
      showError(terminal, error, environment.isDebug);
      return exitCodeOf(error);
    }
  },
});

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}
