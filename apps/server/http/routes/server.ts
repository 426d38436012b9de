import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { listNamespaces } from "../../domain/namespaces/store.ts";
import { findOrganization } from "../../domain/organizations/store.ts";
import type { RouteHandlers } from "../route-handler.ts";

export const serverHandlers: Pick<RouteHandlers, "getReady" | "whoAmI"> = {
  getReady: async (_, { context }) => {
    await context.assertReady();
    return { ready: true };
  },

  whoAmI: async (_, { context, principal }) => {
    const organization = await findOrganization(context.database, principal.organizationId);
    if (organization === undefined) throw new FlowwError("NOT_FOUND", "Your organization is gone.");
    const namespaces = await listNamespaces(context.database, principal.organizationId);
    return {
      kind: principal.kind,
      id: formatId(principal.kind === "user" ? "user" : "apiKey", principal.id),
      name: principal.name,
      organization: { id: formatId("organization", organization.id), name: organization.name },
      role: principal.role,
      namespaces: namespaces.map(({ id, name }) => ({ id: formatId("namespace", id), name })),
    };
  },
};
