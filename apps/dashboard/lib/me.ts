import type { RouteAnswer, Routes } from "@floww/contract/api";
import { type Permission, type Role, rolePermissions, roles } from "@floww/contract/api";
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

/** The organization that the address names, itself or by its namespace; undefined where one is in neither. */
export function useOrganization(): Me["organizations"][number] | undefined {
  const me = useMe();
  const { namespaceId, organizationId }: { namespaceId?: string; organizationId?: string } = useParams({
    strict: false,
  });
  const owner = organizationId ?? me?.namespaces.find(({ id }) => id === namespaceId)?.organizationId;
  return me?.organizations.find(({ id }) => id === owner);
}

/** The organization that the address names. */
export function useOrganizationId(): string {
  const { organizationId } = useParams({ strict: false });
  if (organizationId === undefined) throw new TypeError("this screen stands outside of an organization");
  return organizationId;
}

/**
 * Whether the person may do this in the address's namespace or organization: for leaving out what the server would refuse.
 * The server decides; this only spares a dead button.
 */
export function useMay(permission: Permission): boolean {
  return mayAs(useOrganization()?.role, permission);
}

export function mayAs(role: Role | undefined, permission: Permission): boolean {
  return role !== undefined && rolePermissions[role].has(permission);
}

/** What the person may give others in the address's organization, highest first: nothing above their own. */
export function useRolesToGive(): readonly Role[] {
  const role = useOrganization()?.role;
  return role === undefined ? [] : roles.slice(roles.indexOf(role));
}
