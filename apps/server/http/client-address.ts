import { BlockList, isIP } from "node:net";
import { FlowwError } from "@floww/contract/errors";

/** @throws FlowwError CONFIG_INVALID for what is neither an address nor a CIDR block */
export function readTrustedProxies(entries: readonly string[]): BlockList {
  const trusted = new BlockList();
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    try {
      if (bits === undefined) trusted.addAddress(address, family);
      else trusted.addSubnet(address, Number(bits), family);
    } catch (cause) {
      throw new FlowwError(
        "CONFIG_INVALID",
        `FLOWW_TRUSTED_PROXIES: "${entry}" is no address or CIDR block.`,
        {
          cause,
        },
      );
    }
  }
  return trusted;
}

/**
 * Whose request this is. X-Forwarded-For is read from its end, where our own proxies write, and no further than they
 * reach: what stands before was written by the caller.
 */
export function clientAddress(remote: string, forwardedFor: string | null, trusted: BlockList): string {
  const peer = remote.startsWith("::ffff:") ? remote.slice("::ffff:".length) : remote;
  if (forwardedFor === null) return peer;
  const chain = [...forwardedFor.split(",").map((part) => part.trim()), peer];
  let address = chain.pop() ?? "";
  while (isTrusted(address, trusted)) {
    const before = chain.pop();
    if (before === undefined || isIP(before) === 0) break;
    address = before;
  }
  return address;
}

function isTrusted(address: string, trusted: BlockList): boolean {
  const version = isIP(address);
  return version !== 0 && trusted.check(address, version === 6 ? "ipv6" : "ipv4");
}
