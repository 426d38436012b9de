import { formatId } from "@floww/contract/ids";
import { listNamespaces } from "../../domain/namespaces/store.ts";
import { listOrganizations } from "../../domain/organizations/store.ts";
import { presentNamespace } from "../present-organization.ts";
import type { RouteHandlers } from "../route-handler.ts";

export const serverHandlers: Pick<RouteHandlers, "getReady" | "whoAmI"> = {
  getReady: async (_, { context }) => {
    await context.assertReady();
    return { ready: true };
  },

  whoAmI: async (_, { context, principal }) => {
    const ids = principal.memberships.map(({ organizationId }) => organizationId);
    const organizations = await listOrganizations(context.database, ids);
    const roles = new Map(principal.memberships.map(({ organizationId, role }) => [organizationId, role]));
    const namespaces = await listNamespaces(context.database, ids);
    return {
      kind: principal.kind,
      id: formatId(principal.kind === "user" ? "user" : "apiKey", principal.id),
      name: principal.name,
      ...(principal.email === undefined ? {} : { email: principal.email }),
      isAdministrator: principal.isAdministrator,
      organizations: organizations.map(({ id, name }) => ({
        id: formatId("organization", id),
        name,
        role: roles.get(id) ?? "viewer",
      })),
      namespaces: namespaces.map(presentNamespace),
    };
  },
};
