import { spawn } from "node:child_process";
import { type Command, jsonOption } from "../command.ts";
import type { Environment } from "../environment.ts";
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
    if (!(await openBrowser(serverUrl, environment))) {
      terminal.note("No browser could be started here; open the address yourself.");
    }
  },
};

/** Never through a shell: an address is data. */
function openBrowser(url: string, { variables }: Environment): Promise<boolean> {
  const [program, args] = browserCommand(url);
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "ignore", detached: true, env: variables });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}

function browserCommand(url: string): [program: string, args: string[]] {
  if (process.platform === "darwin") return ["open", [url]];
  if (process.platform === "win32") return ["rundll32", ["url.dll,FileProtocolHandler", url]];
  return ["xdg-open", [url]];
}
