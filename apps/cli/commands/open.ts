import { type Command, jsonOption } from "../command.ts";
import { openBrowser } from "../login/open-browser.ts";
import { reachServer } from "../reach-server.ts";
import { findAccess } from "../session.ts";

export const open: Command = {
  usage: "open",
  summary: "Print the server's address, and open it in the browser.",
  example: "floww open --print",
  options: [{ flags: "--print", description: "only print it" }, jsonOption],
  run: async ({ options, environment, terminal }) => {
    const { serverUrl } = await findAccess(environment);
    if (options.json === true) return terminal.json({ url: serverUrl });
    terminal.print(serverUrl);
    if (options.print === true || !terminal.isInteractive) return;
    // A browser would say less about it than we can.
    await reachServer(serverUrl)(`${serverUrl}/ready`);
    openBrowser(serverUrl);
  },
};
