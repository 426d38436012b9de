import { limits } from "@floww/contract/limits";
import { useApi } from "./api.ts";
import { useMay, useNamespaceId } from "./me.ts";

export interface Named {
  id: string;
  name: string;
}

/** The namespace's workflows by name, for filters and for what names one by its id. */
export function useWorkflowNames(): Named[] {
  const namespaceId = useNamespaceId();
  const query = { limit: limits.pageSizeMax };
  return useApi("listWorkflows", { params: { namespaceId }, query }).data?.items ?? [];
}

/** The namespace's providers, as `github` or `github (alias)`. */
export function useProviderNames(): Named[] {
  const namespaceId = useNamespaceId();
  const isEnabled = useMay("provider.read");
  const { data } = useApi("listProviders", { params: { namespaceId } }, { isEnabled });
  return data?.items.map(({ id, type, alias }) => ({ id, name: providerName({ type, alias }) })) ?? [];
}

export function providerName({ type, alias }: { type: string; alias: string }): string {
  return alias === "default" ? type : `${type} (${alias})`;
}
