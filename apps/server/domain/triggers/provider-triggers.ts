import type { ProviderServer, WantedRegistration } from "@floww/providers/server";
import type { Queryable } from "../../platform/db/database.ts";
import type { Provider } from "../providers/store.ts";
import { listBoundTriggers, type RoutedTrigger } from "./store.ts";

/** Triggers of active versions whose events come through this provider, whatever name their code has for it. */
export async function listProviderTriggers(
  database: Queryable,
  { id, namespaceId, type, alias }: Pick<Provider, "id" | "namespaceId" | "type" | "alias">,
): Promise<RoutedTrigger[]> {
  return listBoundTriggers(database, { providerId: id, namespaceId, type, alias });
}

/** What these triggers need at the vendor: one entry a place, with the events of all. */
export function wantedRegistrations(
  { registrations }: ProviderServer,
  triggers: readonly { type: string; input: Record<string, unknown> }[],
): WantedRegistration[] {
  if (registrations === undefined) return [];
  const byTarget = new Map<string, Set<string>>();
  for (const trigger of triggers) {
    const { target, events } = registrations.wants(trigger);
    const known = byTarget.get(target) ?? new Set();
    for (const event of events) known.add(event);
    byTarget.set(target, known);
  }
  return [...byTarget].map(([target, events]) => ({ target, events: [...events].sort() }));
}
