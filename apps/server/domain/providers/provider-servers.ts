import { FlowwError } from "@floww/contract/errors";
import type { ProviderServer } from "@floww/providers/server";

/** The server halves that this server knows, by type. */
export type ProviderServers = ReadonlyMap<string, ProviderServer>;

/** @throws FlowwError PROVIDER_TYPE_UNKNOWN */
export function getProviderServer(servers: ProviderServers, type: string): ProviderServer {
  const server = servers.get(type);
  if (server !== undefined) return server;
  const known = [...servers.keys()].join(", ");
  throw new FlowwError("PROVIDER_TYPE_UNKNOWN", `This server knows no provider "${type}".`, {
    fix: `It knows: ${known}. Check the spelling, or update the server.`,
  });
}
