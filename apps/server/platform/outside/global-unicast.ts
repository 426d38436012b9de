import { BlockList, isIP } from "node:net";

/**
 * What is not the public internet, by the special-purpose registries of IANA (RFC 6890 and its successors). For IPv6
 * the other way round: only 2000::/3 is given out, and parts of it are taken away again.
 */
const REFUSED_IPV4: [network: string, prefix: number][] = [
  ["0.0.0.0", 8], // this network
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // shared by carriers; clouds keep metadata here
  ["127.0.0.0", 8], // loopback
  ["169.254.0.0", 16], // link-local; metadata
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments
  ["192.0.2.0", 24], // documentation
  ["192.31.196.0", 24], // AS112
  ["192.52.193.0", 24], // AMT
  ["192.88.99.0", 24], // 6to4 relays
  ["192.168.0.0", 16], // private
  ["192.175.48.0", 24], // AS112
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, broadcast
];
const REFUSED_IPV6: [network: string, prefix: number][] = [
  ["2001::", 23], // protocol assignments, Teredo, ORCHID
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4: carries any IPv4 address
  ["2620:4f:8000::", 48], // AS112
  ["3fff::", 20], // documentation
];

const refused = new BlockList();
for (const [network, prefix] of REFUSED_IPV4) refused.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of REFUSED_IPV6) refused.addSubnet(network, prefix, "ipv6");
const givenOut = new BlockList();
givenOut.addSubnet("2000::", 3, "ipv6");

/** Whether an IP address is one that everybody on the internet can reach; false for what is no address. */
export function isGlobalUnicast(address: string): boolean {
  // A zone (`fe80::1%eth0`) names a link of ours.
  if (address.includes("%")) return false;
  switch (isIP(address)) {
    case 4:
      return !refused.check(address, "ipv4");
    case 6:
      return givenOut.check(address, "ipv6") && !refused.check(address, "ipv6");
    default:
      return false;
  }
}
