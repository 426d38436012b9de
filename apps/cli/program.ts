import { type Argument, CommanderError, Command as Program } from "commander";
import type { Command, CommandCall } from "./command.ts";
import { environmentHelp } from "./environment.ts";
import { exitCodes, exitCodesHelp } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";

export interface ProgramOptions {
  version: string;
  commands: readonly Command[];
  /** What the first word of a two-word command stands for. */
  groups: Readonly<Record<string, string>>;
  terminal: Terminal;
  run(command: Command, call: Pick<CommandCall, "args" | "options">): Promise<number>;
}

/** Parses a command line and runs its command. What the parser itself refuses was asked for wrongly. */
export async function runProgram(args: readonly string[], options: ProgramOptions): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = createProgram(options, async (command, call) => {
    exitCode = await options.run(command, call);
  });
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.askedWrongly;
  }
  return exitCode;
}

function createProgram(
  { version, commands, groups, terminal }: ProgramOptions,
  run: (command: Command, call: Pick<CommandCall, "args" | "options">) => Promise<void>,
): Program {
  const program = new Program("floww")
    .description("Workflow automation in TypeScript.")
    .version(version, "-v, --version", "print the version")
    .helpOption("-h, --help", "show this")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
    })
    .configureHelp({
      subcommandTerm: (sub) => [sub.name(), ...sub.registeredArguments.map(shownArgument)].join(" "),
    })
    .addHelpText(
      "after",
      `\n\`floww <command> --help\` shows a command's options and an example.\n\n${exitCodesHelp}\n\n${environmentHelp}`,
    )
    .showHelpAfterError("`floww --help` lists the commands.");
  const parents = new Map<string, Program>();
  for (const command of commands) {
    const [group, rest] = splitUsage(command.usage);
    const parent = group === undefined ? program : (parents.get(group) ?? addGroup(program, group, groups));
    if (group !== undefined) parents.set(group, parent);
    addCommand(parent, rest, command, run);
  }
  return program;
}

/** `executions show <id>` is `show <id>` in the group `executions`. */
function splitUsage(usage: string): [string | undefined, string] {
  const match = /^([a-z]+) ([a-z].*)$/.exec(usage);
  return match === null ? [undefined, usage] : [match[1], match[2]!];
}

function addGroup(program: Program, name: string, summaries: Readonly<Record<string, string>>): Program {
  return program
    .command(name)
    .description(summaries[name] ?? name)
    .helpCommand(false)
    .showHelpAfterError(`\`floww ${name} --help\` lists its commands.`);
}

function addCommand(
  parent: Program,
  usage: string,
  command: Command,
  run: (command: Command, call: Pick<CommandCall, "args" | "options">) => Promise<void>,
): void {
  const sub = parent.command(usage).description(command.summary);
  for (const { flags, description, isRepeatable } of command.options) {
    if (isRepeatable === true) sub.option(flags, description, (value, all: string[] = []) => [...all, value]);
    else sub.option(flags, description);
  }
  sub.addHelpText("after", `\nExample:\n  ${command.example}`);
  sub.showHelpAfterError(`\`floww ${wordsOf(command.usage)} --help\` shows how.`);
  sub.action(() => run(command, { args: sub.args, options: sub.opts() }));
}

function shownArgument(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

/** The usage without its arguments. */
export function wordsOf(usage: string): string {
  return usage.replace(/ [<[].*$/, "");
}
