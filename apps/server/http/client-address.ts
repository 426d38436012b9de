import { type BlockList, isIP } from "node:net";
import { isListed } from "../platform/address-list.ts";

/**
 * Whose request this is. X-Forwarded-For is read from its end, where our own proxies write, and no further than they
 * reach: what stands before was written by the caller.
 */
export function clientAddress(remote: string, forwardedFor: string | null, trusted: BlockList): string {
  const peer = remote.startsWith("::ffff:") ? remote.slice("::ffff:".length) : remote;
  if (forwardedFor === null) return peer;
  const chain = [...forwardedFor.split(",").map((part) => part.trim()), peer];
  let address = chain.pop() ?? "";
  while (isListed(address, trusted)) {
    const before = chain.pop();
    if (before === undefined || isIP(before) === 0) break;
    address = before;
  }
  return address;
}
