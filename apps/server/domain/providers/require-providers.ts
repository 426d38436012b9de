import { FlowwError } from "@floww/contract/errors";
import type { Queryable } from "../../platform/db/database.ts";
import { findProviderById, listProviders, type ProviderKey, type ProviderMapping } from "./store.ts";

/** What a version uses must be configured before it goes live. @throws FlowwError PROVIDER_MISSING that names the commands */
export async function requireProviders(
  database: Queryable,
  namespaceId: string,
  { used, mappings }: { used: readonly ProviderKey[]; mappings: readonly ProviderMapping[] },
): Promise<void> {
  const mapped = new Set(mappings.map(nameOf));
  for (const mapping of mappings) await assertMapped(database, namespaceId, mapping);
  const present = new Set((await listProviders(database, namespaceId)).map(nameOf));
  const missing = used.filter((key) => !present.has(nameOf(key)) && !mapped.has(nameOf(key)));
  if (missing.length > 0) throw providersMissing(missing);
}

export function providersMissing(missing: readonly ProviderKey[]): FlowwError {
  const names = missing.map(({ type, alias }) => (alias === "default" ? type : `${type} (${alias})`));
  const isOne = missing.length === 1;
  return new FlowwError(
    "PROVIDER_MISSING",
    `The workflow uses ${isOne ? "a provider that is" : "providers that are"} not configured: ${names.join(", ")}.`,
    {
      fix: `Run: ${missing.map(commandFor).join(" && ")}`,
      details: { missing: missing.map(({ type, alias }) => ({ type, alias })) },
    },
  );
}

async function assertMapped(
  database: Queryable,
  namespaceId: string,
  { type, alias, providerId }: ProviderMapping,
): Promise<void> {
  const provider = await findProviderById(database, namespaceId, providerId);
  if (provider?.type === type) return;
  throw new FlowwError(
    "PROVIDER_MISSING",
    `floww.yaml gives ${type} (${alias}) to a provider that is not in this namespace, or is no ${type}.`,
    { fix: "List them with `floww providers list`, and correct `providers` in floww.yaml." },
  );
}

function commandFor({ type, alias }: ProviderKey): string {
  return `floww providers set ${type}${alias === "default" ? "" : ` --alias ${alias}`}`;
}

function nameOf({ type, alias }: ProviderKey): string {
  return JSON.stringify([type, alias]);
}
