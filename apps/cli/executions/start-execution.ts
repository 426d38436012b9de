import type { CommandCall, CommandOption } from "../command.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Session } from "../session.ts";
import { printOutcome, waitForExecution } from "./wait-for-execution.ts";

export const waitOption: CommandOption = {
  flags: "--wait",
  description: "wait for the end; print what was returned, exit with 1 when the run failed",
};

export const localOption: CommandOption = {
  flags: "--local",
  description: "run it in your running `floww dev`, breakpoints and all, and not on the server",
};

/** After a command has started an execution: names it, or with `--wait` follows it to its end. */
export async function afterStart(
  { options, terminal }: Pick<CommandCall, "options" | "terminal">,
  session: Session,
  executionId: string,
): Promise<ExitCode> {
  const asJson = options.json === true;
  const where = options.local === true ? " in your dev session" : "";
  if (options.wait === true) {
    if (!asJson) terminal.note(`Started ${executionId}${where}.`);
    return printOutcome(terminal, await waitForExecution(session, executionId), asJson);
  }
  if (asJson) terminal.json({ executionId });
  else {
    terminal.print(executionId);
    terminal.note(`Started${where}. See it with \`floww executions show ${executionId}\`.`);
  }
  return exitCodes.ok;
}
