import { type Route, rolePermissions } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Principal } from "../domain/identity/principal.ts";
import { findNamespace, type Namespace } from "../domain/namespaces/store.ts";
import type { Queryable } from "../platform/db/database.ts";

/** What a handler may rely on: that its caller may do this, in this namespace. */
export interface Grant {
  principal: Principal | undefined;
  namespace: Namespace | undefined;
}

/**
 * The one place where permission is decided, on the matched route, before its handler sees anything. Default deny:
 * a route says what it needs, and a namespace that is not the caller's organization's does not exist for it.
 */
export async function authorize(
  database: Queryable,
  {
    route,
    principal,
    namespaceId,
  }: { route: Route; principal: Principal | undefined; namespaceId: string | undefined },
): Promise<Grant> {
  if (route.permission === "public") return { principal, namespace: undefined };
  if (principal === undefined) throw new FlowwError("UNAUTHENTICATED");
  if (route.permission !== "signed-in" && !rolePermissions[principal.role].has(route.permission)) {
    throw new FlowwError("FORBIDDEN", `The role "${principal.role}" may not do this (${route.permission}).`);
  }
  if (namespaceId === undefined) return { principal, namespace: undefined };
  const namespace = await findNamespace(database, namespaceId, principal.organizationId);
  if (namespace === undefined)
    throw new FlowwError("NOT_FOUND", "There is no such namespace, or it is not open to you.");
  return { principal, namespace };
}
