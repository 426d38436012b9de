import type { Manifest } from "@floww/contract/manifest";
import { openConnection } from "../providers/connection.ts";
import type { ProviderServers } from "../providers/provider-servers.ts";
import {
  type RegistrationContext,
  widenRegistrations,
} from "../providers/registrations/keep-registrations.ts";
import { findMappedProvider, type Provider } from "../providers/store.ts";
import { wantedRegistrations } from "./provider-triggers.ts";

export interface RegisterContext extends RegistrationContext {
  providerServers: ProviderServers;
  /** False where no vendor can reach this server. */
  isPublic(): boolean;
}

type DeclaredTrigger = Manifest["triggers"][number];

/**
 * Makes the vendors send what a version listens for, before it goes live. Resolves with warnings: what will not come.
 *
 * @throws FlowwError REGISTRATION_FAILED, PROVIDER_UNREACHABLE
 */
export async function registerTriggers(
  context: RegisterContext,
  { namespaceId, ownerId }: { namespaceId: string; ownerId: string },
  triggers: readonly DeclaredTrigger[],
): Promise<string[]> {
  const warnings: string[] = [];
  for (const [provider, wanting] of await groupByProvider(context, { namespaceId, ownerId }, triggers)) {
    const connection = openConnection(context, provider);
    const wanted = wantedRegistrations(connection.server, wanting);
    if (wanted.length === 0) continue;
    if (context.isPublic()) await widenRegistrations(context, connection, wanted);
    else
      warnings.push(
        unreachable(
          connection.server.title,
          wanted.map(({ target }) => target),
          context,
        ),
      );
  }
  return warnings;
}

async function groupByProvider(
  { database }: RegisterContext,
  { namespaceId, ownerId }: { namespaceId: string; ownerId: string },
  triggers: readonly DeclaredTrigger[],
): Promise<Map<Provider, DeclaredTrigger[]>> {
  const groups = new Map<string, [Provider, DeclaredTrigger[]]>();
  for (const trigger of triggers) {
    if (trigger.provider.type === "builtin") continue;
    const provider = await findMappedProvider(database, { namespaceId, ownerId, ...trigger.provider });
    if (provider === undefined) continue;
    const group = groups.get(provider.id) ?? [provider, []];
    group[1].push(trigger);
    groups.set(provider.id, group);
  }
  return new Map(groups.values());
}

function unreachable(
  title: string,
  targets: readonly string[],
  { webhookUrl }: Pick<RegisterContext, "webhookUrl">,
): string {
  return (
    `${title} cannot reach this server at ${webhookUrl()}, so no events of ${targets.join(", ")} will come. ` +
    "Start the server with FLOWW_PUBLIC_URL set to an address that the internet can reach, or replay a recorded event."
  );
}
