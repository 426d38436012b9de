import { lookup } from "node:dns/promises";
import { connect, isIP, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { FlowwError } from "@floww/contract/errors";
import { isGlobalUnicast } from "./global-unicast.ts";

export interface OutsideOptions {
  /** Names to addresses; default: the system's resolver. */
  resolve?(name: string): Promise<string[]>;
  /** What may be reached; default: the public internet without this machine's own addresses. */
  isAllowed?(address: string, port: number): boolean;
}

const CONNECT_MS_MAX = 10_000;
/** Addresses of one name that are tried, one after the other. */
const ADDRESSES_MAX = 4;

/**
 * Opens a connection to the outside for user code. Names are resolved here, an address is tried only when it may be
 * reached, and what counts in the end is the address that the socket is connected to.
 *
 * @throws FlowwError EGRESS_REFUSED
 */
export async function connectOutside(
  host: string,
  port: number,
  { resolve = resolveName, isAllowed = isOutside }: OutsideOptions,
): Promise<Socket> {
  const name = plainHost(host);
  const addresses = isIP(name) === 0 ? await resolve(name) : [name];
  const reachable = addresses.filter((address) => isAllowed(address, port)).slice(0, ADDRESSES_MAX);
  if (reachable.length === 0) throw refusal(name, port);
  let failure: unknown;
  for (const address of reachable) {
    try {
      const socket = await open(address, port);
      if (isAllowed(socket.remoteAddress ?? "", port)) return socket;
      socket.destroy();
      failure = refusal(name, port);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

export function isOutside(address: string): boolean {
  return isGlobalUnicast(address) && !isOwn(address);
}

/** `[::1]` and `127.1`, `0x7f.1`, `2130706433` are addresses, whatever they look like: the URL parser knows. */
function plainHost(host: string): string {
  const url = URL.parse(`http://${isIP(host) === 6 ? `[${host}]` : host}/`);
  if (url === null || url.hostname === "") throw new FlowwError("EGRESS_REFUSED", "The address has no host.");
  return url.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

/** A public address of this machine leads to services that its firewall shows to nobody else. */
function isOwn(address: string): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some((own) => own.address === address));
}

async function resolveName(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => address);
}

function open(address: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    const timer = setTimeout(
      () => socket.destroy(new Error("The connection took too long.")),
      CONNECT_MS_MAX,
    );
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", reject);
      resolve(socket);
    });
    socket.once("error", reject).once("close", () => clearTimeout(timer));
  });
}

function refusal(name: string, port: number): FlowwError {
  return new FlowwError("EGRESS_REFUSED", `${name}:${port} is not on the public internet.`);
}
