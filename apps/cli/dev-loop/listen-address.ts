import { FlowwError } from "@floww/contract/errors";
import { type CommandCall, textOf } from "../command.ts";
import { readNumber } from "../read-number.ts";
import type { ServerAddress } from "../session.ts";

/** Where the server that `floww dev` starts is to listen; what is left out, its own settings say. */
export interface ListenAddress {
  host?: string;
  port?: number;
}

/** @throws FlowwError INPUT_INVALID */
export function readListenAddress(options: CommandCall["options"]): ListenAddress {
  const [host, port] = [textOf(options, "host"), textOf(options, "port")];
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined
      ? {}
      : { port: readNumber("--port", port, { min: 0, max: 65_535, otherwise: 0 }) }),
  };
}

/** Nothing that is said is left unheard. @throws FlowwError STATE_CONFLICT where no server is to be started, or one listens elsewhere */
export function assertListensThere(server: ServerAddress & { isUp: boolean }, wanted: ListenAddress): void {
  const named = Object.keys(wanted).map((name) => `--${name}`);
  if (named.length === 0) return;
  const { serverUrl, serverFrom, isOurs, isUp, host } = server;
  const options = named.join(" and ");
  if (!isOurs)
    throw new FlowwError("STATE_CONFLICT", `${options} cannot move the server ${serverUrl}.`, {
      fix: `They are for the server that \`floww dev\` starts on this machine; ${serverFrom} names another. Leave them out.`,
    });
  if (!isUp || isAt(new URL(serverUrl), host, wanted)) return;
  throw new FlowwError("STATE_CONFLICT", `The server on this machine listens at ${serverUrl} already.`, {
    fix: `Leave ${options} out, or end it with \`floww server stop\` first.`,
  });
}

function isAt({ hostname, port, protocol }: URL, host: string | undefined, wanted: ListenAddress): boolean {
  const listens = Number(port === "" ? (protocol === "https:" ? 443 : 80) : port);
  // 0 is any port.
  const isPort = wanted.port === undefined || wanted.port === 0 || wanted.port === listens;
  const isHost = wanted.host === undefined || written(wanted.host) === written(host ?? hostname);
  return isPort && isHost;
}

/** One address is written in several ways. */
function written(host: string): string {
  const inUrl = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return URL.parse(`http://${inUrl}`)?.hostname ?? host;
}
