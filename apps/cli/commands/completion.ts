import { FlowwError } from "@floww/contract/errors";
import type { Command } from "../command.ts";
import { completionScripts } from "../completion/scripts.ts";
import { readWords } from "../completion/words.ts";

/** Takes the commands, itself among them, when it runs: they are not all there when it is made. */
export function completion(commands: () => readonly Command[]): Command {
  const shells = Object.keys(completionScripts);
  return {
    usage: "completion <shell>",
    summary: `Print a script that completes commands in your shell: ${shells.join(", ")}.`,
    example: 'eval "$(floww completion bash)"',
    options: [],
    run: async ({ args, terminal }) => {
      const script = completionScripts[args[0] as keyof typeof completionScripts];
      if (script === undefined) {
        throw new FlowwError("INPUT_INVALID", `There are no completions for "${args[0]}".`, {
          fix: `Use one of: ${shells.join(", ")}.`,
        });
      }
      terminal.print(script(readWords(commands())));
    },
  };
}
