import type { Config } from "../config/config.ts";

export interface CommandContext {
  config: Config;
  /** One line for the person. */
  say(line: string): void;
  report(error: unknown): void;
}

/** What who runs a server does to it; each is one entry of `commands.ts`. */
export interface OperatorCommand {
  /** `keys rotate` */
  name: string;
  /** What follows the name: `<file> [--with-master-key]`. */
  usage: string;
  summary: string;
  run(context: CommandContext, args: readonly string[]): Promise<void>;
}
