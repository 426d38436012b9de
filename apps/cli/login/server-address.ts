import { type CommandCall, type CommandOption, textOf } from "../command.ts";
import { findServer } from "../session.ts";
import { parseServerUrl } from "../settings/settings.ts";

export const serverOption: CommandOption = {
  flags: "--server <url>",
  description: "the server (default: the one that every command goes to, see `floww config get server`)",
};

/** `--server`, else where every other command goes. @throws FlowwError INPUT_INVALID */
export async function serverAddress({ options, environment }: CommandCall): Promise<string> {
  const wanted = textOf(options, "server");
  return wanted === undefined
    ? (await findServer(environment)).serverUrl
    : parseServerUrl(wanted, "--server");
}
