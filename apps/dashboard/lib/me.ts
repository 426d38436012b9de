import type { RouteAnswer, Routes } from "@floww/contract/api";
import { type Permission, rolePermissions } from "@floww/contract/api";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { api } from "./api.ts";

export type Me = RouteAnswer<Routes["whoAmI"]>;

export const meQuery = { queryKey: ["whoAmI", {}], queryFn: () => api.whoAmI({}), staleTime: 60_000 };

/** Who looks; undefined until that is known. */
export function useMe(): Me | undefined {
  return useQuery(meQuery).data;
}

/** The namespace that the address names. */
export function useNamespaceId(): string {
  const { namespaceId } = useParams({ strict: false });
  if (namespaceId === undefined) throw new TypeError("this screen stands outside of a namespace");
  return namespaceId;
}

/**
 * Whether the person may do this in the address's namespace or organization: for leaving out what the server would refuse.
 * The server decides; this only spares a dead button.
 */
export function useMay(permission: Permission): boolean {
  const me = useMe();
  const { namespaceId, organizationId }: { namespaceId?: string; organizationId?: string } = useParams({
    strict: false,
  });
  const owner = organizationId ?? me?.namespaces.find(({ id }) => id === namespaceId)?.organizationId;
  const role = me?.organizations.find(({ id }) => id === owner)?.role;
  return role !== undefined && rolePermissions[role].has(permission);
}
