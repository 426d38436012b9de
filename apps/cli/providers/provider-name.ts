import type { RouteAnswer, Routes } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Session } from "../session.ts";

export type Provider = RouteAnswer<Routes["listProviders"]>["items"][number];
export type ProviderType = RouteAnswer<Routes["listProviderTypes"]>["items"][number];

/** How code names a provider. */
export interface ProviderName {
  type: string;
  alias: string;
}

export const DEFAULT_ALIAS = "default";

/** `slack`, or `slack (team)`. */
export function shownName({ type, alias }: ProviderName): string {
  return alias === DEFAULT_ALIAS ? type : `${type} (${alias})`;
}

/** What a person runs: `floww providers set slack --alias team`. */
export function commandFor(verb: "set" | "check" | "delete", { type, alias }: ProviderName): string {
  return `floww providers ${verb} ${type}${alias === DEFAULT_ALIAS ? "" : ` --alias ${alias}`}`;
}

export async function listProviders({
  client,
  namespace,
}: Pick<Session, "client" | "namespace">): Promise<Provider[]> {
  return (await client.listProviders({ params: { namespaceId: namespace.id } })).items;
}

/** @throws FlowwError NOT_FOUND */
export async function getProvider(session: Session, name: ProviderName): Promise<Provider> {
  const found = findProvider(await listProviders(session), name);
  if (found !== undefined) return found;
  throw new FlowwError("NOT_FOUND", `${shownName(name)} is not configured in ${session.namespace.name}.`, {
    fix: `\`floww providers list\` shows what is; \`${commandFor("set", name)}\` configures it.`,
  });
}

export function findProvider<Named extends ProviderName>(
  providers: readonly Named[],
  { type, alias }: ProviderName,
): Named | undefined {
  return providers.find((provider) => provider.type === type && provider.alias === alias);
}

/** @throws FlowwError PROVIDER_TYPE_UNKNOWN with those that the server knows */
export async function getProviderType({ client }: Session, type: string): Promise<ProviderType> {
  const { items } = await client.listProviderTypes({});
  const found = items.find((known) => known.type === type);
  if (found !== undefined) return found;
  throw new FlowwError("PROVIDER_TYPE_UNKNOWN", `The server knows no provider "${type}".`, {
    fix: `It knows: ${items.map((known) => known.type).join(", ")}. \`floww providers types\` says more.`,
  });
}
