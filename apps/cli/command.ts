import type { Environment } from "./environment.ts";
import type { Terminal } from "./terminal.ts";

/** A command is data: main.ts makes the parser of it, `--help` shows it, and the docs are generated from it. */
export interface Command {
  /** With its arguments, as commander writes them: `deploy [folder]`. */
  usage: string;
  summary: string;
  /** A line that works as pasted. */
  example: string;
  options: readonly CommandOption[];
  run(call: CommandCall): Promise<void>;
}

export interface CommandOption {
  flags: string;
  description: string;
}

export interface CommandCall {
  args: (string | undefined)[];
  options: Record<string, string | boolean | undefined>;
  environment: Environment;
  terminal: Terminal;
  /** Resolves at Ctrl-C or when the process is asked to end: for commands that go on until then. */
  untilInterrupted(): Promise<void>;
}
