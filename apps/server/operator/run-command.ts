import { FlowwError } from "@floww/contract/errors";
import type { CommandContext } from "./command.ts";
import { operatorCommands } from "./commands.ts";

const HELP = new Set(["help", "--help", "-h"]);

/** `floww-server keys rotate`, in a process beside the server or without one. @throws FlowwError COMMAND_INVALID, or the command's own */
export async function runCommand(args: readonly string[], context: CommandContext): Promise<void> {
  if (args.some((arg) => HELP.has(arg))) return printHelp(context);
  const command = operatorCommands.find(({ name }) => `${args.join(" ")} `.startsWith(`${name} `));
  if (command === undefined)
    throw new FlowwError("COMMAND_INVALID", `The server has no command "${args.join(" ")}".`);
  await command.run(context, args.slice(command.name.split(" ").length));
}

function printHelp({ say }: CommandContext): void {
  say("floww-server                 serves, with the settings of its environment");
  for (const { name, usage, summary } of operatorCommands)
    say(`${`floww-server ${name} ${usage}`.trim()}\n    ${summary}`);
}
