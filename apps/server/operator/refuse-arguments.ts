import { FlowwError } from "@floww/contract/errors";

/** @throws FlowwError COMMAND_INVALID */
export function refuseArguments(name: string, args: readonly string[]): void {
  if (args.length === 0) return;
  throw new FlowwError("COMMAND_INVALID", `floww-server ${name} takes no "${args.join(" ")}".`);
}
