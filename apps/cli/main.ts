import { FlowwError } from "@floww/contract/errors";
import { Command as Program } from "commander";
import type { Command } from "./command.ts";
import { deploy } from "./commands/deploy.ts";
import { dev } from "./commands/dev.ts";
import { login } from "./commands/login.ts";
import { logout } from "./commands/logout.ts";
import { readEnvironment } from "./environment.ts";
import { Terminal } from "./terminal.ts";

const commands: readonly Command[] = [deploy, dev, login, logout];

/** 2: asked for wrongly; 1: everything else that went wrong. */
function exitCodeOf(error: unknown): number {
  return error instanceof FlowwError && error.fault === "caller" ? 2 : 1;
}

const terminal = new Terminal({
  output: process.stdout,
  errors: process.stderr,
  isInteractive: process.stdin.isTTY === true && process.stdout.isTTY === true,
});

const program = new Program("floww").description("Workflow automation in TypeScript.").showHelpAfterError();
for (const command of commands) {
  const sub = program.command(command.usage).description(command.summary);
  for (const { flags, description } of command.options) sub.option(flags, description);
  sub.addHelpText("after", `\nExample:\n  ${command.example}`);
  sub.action(async () => {
    await command.run({
      args: sub.args,
      options: sub.opts(),
      environment: readEnvironment(),
      terminal,
      untilInterrupted,
    });
  });
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof FlowwError)) throw error;
  terminal.note(`${error.message}\n${error.fix}`);
  process.exitCode = exitCodeOf(error);
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}
