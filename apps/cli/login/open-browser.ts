import { spawn } from "node:child_process";

/** Shows an http address in the person's browser: by argv, never through a shell. It may fail; the address is printed too. */
export function openBrowser(address: string): void {
  const { href, protocol } = new URL(address);
  if (protocol !== "http:" && protocol !== "https:") return;
  const [program, ...args] = commandFor(process.platform, href);
  const child = spawn(program, args, { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}

function commandFor(platform: NodeJS.Platform, href: string): [string, ...string[]] {
  if (platform === "darwin") return ["open", href];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler", href];
  return ["xdg-open", href];
}
