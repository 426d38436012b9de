import { FlowwError } from "@floww/contract/errors";

/**
 * The name of something whose value is asked for or comes from stdin. `command` is what was called, as in `env set`.
 *
 * @throws FlowwError INPUT_INVALID for `NAME=value`, before anybody is asked for the value
 */
export function readNameAlone(command: string, argument = ""): string {
  const name = argument.split("=", 1)[0]!;
  if (name === argument) return name;
  throw new FlowwError("INPUT_INVALID", "The value of a variable or secret is never an argument.", {
    fix: `Run \`floww ${command} ${name}\` and type it, or give it on stdin: what is typed here stays in the shell's history.`,
  });
}
