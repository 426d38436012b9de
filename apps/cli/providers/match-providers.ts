import { FlowwError } from "@floww/contract/errors";
import type { Project, ProviderMappings } from "../project/read-project.ts";
import { commandFor, findProvider, type Provider, type ProviderName, shownName } from "./provider-name.ts";

/** A provider that code uses, and the configured one that it means. */
export interface UsedProvider {
  name: ProviderName;
  provider: Provider;
}

export interface MatchedProviders {
  used: UsedProvider[];
  missing: ProviderName[];
}

/**
 * What each name in code stands for: what floww.yaml says, else the provider of that alias.
 *
 * @throws FlowwError PROJECT_INVALID for a line of floww.yaml that names no provider of this namespace
 */
export function matchProviders(
  names: readonly ProviderName[],
  { providers: mappings, file }: Pick<Project, "providers" | "file">,
  configured: readonly Provider[],
): MatchedProviders {
  assertMapped(mappings, file, configured);
  const matched: MatchedProviders = { used: [], missing: [] };
  for (const { type, alias } of names) {
    const name = { type, alias };
    const id = mappings[type]?.[alias];
    const provider =
      id === undefined ? findProvider(configured, name) : configured.find((one) => one.id === id);
    if (provider === undefined) matched.missing.push(name);
    else matched.used.push({ name, provider });
  }
  return matched;
}

function assertMapped(mappings: ProviderMappings, file: string, configured: readonly Provider[]): void {
  for (const [type, aliases] of Object.entries(mappings)) {
    for (const [alias, id] of Object.entries(aliases)) {
      const found = configured.find((provider) => provider.id === id);
      if (found?.type === type) continue;
      const what =
        found === undefined ? "is no provider of this namespace" : `is a provider of type ${found.type}`;
      throw new FlowwError("PROJECT_INVALID", `${file}: providers.${type}.${alias}: ${id} ${what}.`, {
        fix: "`floww providers list` shows their ids.",
      });
    }
  }
}

/** The same words as the server's, before anything was uploaded. */
export function providersMissing(missing: readonly ProviderName[], namespace: string): FlowwError {
  const isOne = missing.length === 1;
  return new FlowwError(
    "PROVIDER_MISSING",
    `The workflow uses ${isOne ? "a provider that is" : "providers that are"} not configured in ${namespace}: ${missing.map(shownName).join(", ")}.`,
    {
      fix: `Run: ${missing.map((name) => commandFor("set", name)).join(" && ")}`,
      details: { missing },
    },
  );
}
