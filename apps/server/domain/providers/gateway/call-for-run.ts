import { FlowwError } from "@floww/contract/errors";
import type { ProviderAnswer, ProviderRequest } from "@floww/executor/host";
import type { Queryable } from "../../../platform/db/database.ts";
import type { Vault } from "../../secrets/vault.ts";
import { openConnection } from "../connection.ts";
import type { ProviderServers } from "../provider-servers.ts";
import { providersMissing } from "../require-providers.ts";
import { findMappedProvider, markUsed } from "../store.ts";
import type { Gateway } from "./gateway.ts";

export interface RunCallContext {
  database: Queryable;
  vault: Vault;
  providerServers: ProviderServers;
  gateway: Gateway;
}

/** Whose call it is. */
export interface RunCaller {
  namespaceId: string;
  /** The deployment, or the dev session in its place. */
  deploymentId: string;
  declaresProvider(type: string, alias: string): Promise<boolean>;
  /** Which provider it was, before it is called. */
  onProvider(id: string): void;
}

/** A vendor call of user code: through a provider that its version declares, of its own namespace, and no other. */
export async function callForRun(
  context: RunCallContext,
  caller: RunCaller,
  { connection: name, ...request }: ProviderRequest,
  signal: AbortSignal,
): Promise<ProviderAnswer> {
  if (!(await caller.declaresProvider(name.type, name.alias))) {
    throw new FlowwError(
      "PROVIDER_UNDECLARED",
      `The deployed version does not use the provider ${name.type} (${name.alias}).`,
    );
  }
  const { namespaceId, deploymentId: ownerId } = caller;
  // Read anew for each call: a credential that was changed or taken away is so at once.
  const provider = await findMappedProvider(context.database, { namespaceId, ownerId, ...name });
  if (provider === undefined) throw providersMissing([name]);
  caller.onProvider(provider.id);
  const answer = await context.gateway.call(openConnection(context, provider), { ...request, signal });
  await markUsed(context.database, provider.id);
  return answer;
}
