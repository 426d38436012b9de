import { providerServers } from "@floww/providers/server";
import { ConnectionBudget } from "../domain/providers/gateway/connection-budget.ts";
import { Gateway } from "../domain/providers/gateway/gateway.ts";
import { noteCredential } from "../domain/providers/note-credential.ts";
import type { ProviderServers } from "../domain/providers/provider-servers.ts";
import { isListed, readAddressList } from "../platform/address-list.ts";
import type { Database } from "../platform/db/database.ts";
import { isOutside, type OutsideOptions } from "../platform/outside/connect-outside.ts";
import { createOutsideAgents } from "../platform/outside/outside-agents.ts";

/** Where tenants may go: the public internet, and what the operator opens beside it. @throws FlowwError CONFIG_INVALID */
export function readReach(allowAddresses: readonly string[]): Required<Pick<OutsideOptions, "isAllowed">> {
  const allowed = readAddressList("FLOWW_ALLOW_ADDRESSES", allowAddresses);
  return { isAllowed: (address) => isOutside(address) || isListed(address, allowed) };
}

export interface OpenedProviders {
  providerServers: ProviderServers;
  gateway: Gateway;
}

/** The services that this server knows, and the way to them. */
export function openProviders(
  { database, reach }: { database: Database; reach: OutsideOptions },
  opened: AsyncDisposableStack,
): OpenedProviders {
  const agents = createOutsideAgents(reach);
  opened.defer(() => agents.close());
  return {
    providerServers: new Map(providerServers.map((server) => [server.type, server])),
    gateway: new Gateway(agents, new ConnectionBudget(database), {
      noteCredential: (connection, state) => noteCredential(database, connection, state),
    }),
  };
}
