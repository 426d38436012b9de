import type { ProviderServer } from "../provider-server.ts";

export * from "../provider-server.ts";

/** Every service that Floww knows. */
export const providerServers: readonly ProviderServer[] = [];
