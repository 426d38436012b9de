import type { Environment } from "./environment.ts";
import type { Terminal } from "./terminal.ts";

/** A command is data: program.ts makes the parser of it, `--help` shows it, and completions are made from it. */
export interface Command {
  /** Its words and arguments, as commander writes them: `executions show <id>`. */
  usage: string;
  summary: string;
  /** A line that works as pasted. */
  example: string;
  options: readonly CommandOption[];
  /** Answers an exit code when the outcome is no error of the command itself: ours (exit-code.ts), or another program's. */
  run(call: CommandCall): Promise<void> | Promise<number>;
}

export interface CommandOption {
  flags: string;
  description: string;
  /** May be given several times; its value is a list. */
  isRepeatable?: true;
}

export interface CommandCall {
  args: (string | undefined)[];
  options: Record<string, string | boolean | readonly string[] | undefined>;
  environment: Environment;
  terminal: Terminal;
  /** Resolves at Ctrl-C or when the process is asked to end: for commands that go on until then. */
  untilInterrupted(): Promise<void>;
}

/** Options that mean the same wherever they are offered. */
export const jsonOption: CommandOption = { flags: "--json", description: "print JSON" };
export const workflowOption: CommandOption = {
  flags: "-w, --workflow <name>",
  description: "workflow by name or id (default: the one of the floww.yaml here)",
};

/** The value of an option that takes one. */
export function textOf(options: CommandCall["options"], name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** The values of an option that may be given several times. */
export function listOf(options: CommandCall["options"], name: string): readonly string[] {
  const values = options[name];
  return typeof values === "object" ? values : [];
}
