import { type Command, jsonOption } from "../command.ts";
import type { Environment } from "../environment.ts";
import { openBrowser } from "../login/open-browser.ts";
import { reachServer } from "../reach-server.ts";
import { findServer } from "../session.ts";
import { findLocalServer } from "../settings/local-server.ts";

export const open: Command = {
  usage: "open",
  summary: "Print the server's address, and open it in the browser.",
  example: "floww open --print",
  options: [{ flags: "--print", description: "only print it" }, jsonOption],
  run: async ({ options, environment, terminal }) => {
    const serverUrl = await findPublicUrl(environment);
    if (options.json === true) return terminal.json({ url: serverUrl });
    terminal.print(serverUrl);
    if (options.print === true || !terminal.isInteractive) return;
    // A browser would say less about it than we can.
    await reachServer(serverUrl)(`${serverUrl}/ready`);
    openBrowser(serverUrl);
  },
};

/** Of the server on this machine the address that people reach it at: at any other, its pages refuse to sign them in. */
async function findPublicUrl(environment: Environment): Promise<string> {
  const { serverUrl } = await findServer(environment);
  const local = await findLocalServer(environment.home);
  const isLocal = local !== undefined && new URL(local.url).origin === new URL(serverUrl).origin;
  return isLocal ? (local.publicUrl ?? serverUrl) : serverUrl;
}
