import type { Fields, ProviderServer } from "@floww/providers/server";
import type { Vault } from "../secrets/vault.ts";
import { getProviderServer, type ProviderServers } from "./provider-servers.ts";
import type { Provider } from "./store.ts";

/** A provider with its credential, for the moment of one call or one delivery; never kept. */
export interface Connection {
  provider: Provider;
  server: ProviderServer;
  fields: Fields;
}

/** @throws FlowwError PROVIDER_TYPE_UNKNOWN, SECRET_UNREADABLE */
export function openConnection(
  { vault, providerServers }: { vault: Vault; providerServers: ProviderServers },
  provider: Provider,
): Connection {
  const server = getProviderServer(providerServers, provider.type);
  return { provider, server, fields: { ...provider.settings, ...openSecrets(vault, provider) } };
}

/** The secret fields alone. @throws FlowwError SECRET_UNREADABLE */
export function openSecrets(vault: Vault, provider: Provider): Record<string, string> {
  const { namespaceId, id: recordId, version } = provider;
  const opened = vault.open({ kind: "provider", namespaceId, recordId, version }, provider);
  return JSON.parse(opened.toString("utf8")) as Record<string, string>;
}
