import { FlowwError } from "@floww/contract/errors";
import type { CommandCall } from "../command.ts";

const LOCAL_SERVER = "http://127.0.0.1:4400";

/** `--server`, else FLOWW_SERVER, else the server on this machine. @throws FlowwError INPUT_INVALID */
export function serverAddress({ options, environment }: CommandCall): string {
  const wanted = typeof options.server === "string" ? options.server : (environment.server ?? LOCAL_SERVER);
  const url = URL.parse(wanted);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.origin;
  throw new FlowwError("INPUT_INVALID", `"${wanted}" is not the address of a server.`, {
    fix: "Use an address such as https://floww.example.com.",
  });
}
