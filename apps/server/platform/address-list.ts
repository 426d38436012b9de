import { BlockList, isIP } from "node:net";
import { FlowwError } from "@floww/contract/errors";

/** @throws FlowwError CONFIG_INVALID, with the variable's name, for what is neither an address nor a CIDR block */
export function readAddressList(variable: string, entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    try {
      if (bits === undefined) list.addAddress(address, family);
      else list.addSubnet(address, Number(bits), family);
    } catch (cause) {
      throw new FlowwError("CONFIG_INVALID", `${variable}: "${entry}" is no address or CIDR block.`, {
        cause,
      });
    }
  }
  return list;
}

export function isListed(address: string, list: BlockList): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 6 ? "ipv6" : "ipv4");
}
