import { type Route, rolePermissions } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { type IdKind, parseId } from "@floww/contract/ids";
import type { HostedRun } from "../domain/executions/host-operations.ts";
import { isStillStarted } from "../domain/executions/store.ts";
import type { Membership, Principal } from "../domain/identity/principal.ts";
import { findNamespace, type Namespace } from "../domain/namespaces/store.ts";
import type { Queryable } from "../platform/db/database.ts";

/** What a handler may rely on: that its caller may do this, in this organization and namespace. */
export interface Grant {
  principal: Principal | undefined;
  /** The caller's, in the organization that the route is about. */
  membership: Membership | undefined;
  namespace: Namespace | undefined;
  /** Which run asks, on the routes of runs. */
  run?: HostedRun;
}

export interface AuthorizeRequest {
  /** All that counts of it is what it needs. */
  route: Pick<Route, "permission">;
  principal: Principal | undefined;
  /** By a run's token, which is read on the routes of runs only: on every other it is nobody's. */
  run?: HostedRun | undefined;
  /** Of the matched path, as they came. */
  params: Readonly<Record<string, string>>;
}

export type Authorize = (database: Queryable, request: AuthorizeRequest) => Promise<Grant>;

/**
 * The one place where permission is decided, on the matched route, before its handler sees anything. Default deny: a
 * route says what it needs, and an organization or namespace that the caller is not in does not exist for them. A route
 * that needs a permission but names neither is open to nobody.
 */
export const authorize: Authorize = async (database, { route, principal, params, run }) => {
  if (route.permission === "run") return grantRun(database, { run, params });
  const isScoped = params.namespaceId !== undefined || params.organizationId !== undefined;
  if (route.permission === "public" && !isScoped)
    return { principal, membership: undefined, namespace: undefined };
  if (principal === undefined) throw new FlowwError("UNAUTHENTICATED");
  if (route.permission === "administrator") return grantAdministrator(principal);
  if (route.permission === "signed-in" && !isScoped)
    return { principal, membership: undefined, namespace: undefined };
  const scope = await findScope(database, params);
  const membership = principal.memberships.find((one) => one.organizationId === scope?.organizationId);
  if (membership === undefined)
    throw new FlowwError(
      "NOT_FOUND",
      "There is no such organization or namespace, or it is not open to you.",
    );
  const isAllowed =
    route.permission === "signed-in" ||
    (route.permission !== "public" && rolePermissions[membership.role].has(route.permission));
  if (!isAllowed)
    throw new FlowwError("FORBIDDEN", `The role "${membership.role}" may not do this (${route.permission}).`);
  return { principal, membership, namespace: scope?.namespace };
};

/** A person who runs the server, at a browser or a command line that they signed in. No key is one, the machine owner's neither. */
function grantAdministrator(principal: Principal): Grant {
  const { kind, credential, isAdministrator } = principal;
  if (kind !== "user" || credential.kind === "key" || !isAdministrator)
    throw new FlowwError("FORBIDDEN", "This is open to administrators of the server.", {
      fix: "Ask one of them; who runs the server makes one with `floww-server admins grant`.",
    });
  return { principal, membership: undefined, namespace: undefined };
}

/** A run asks for itself, as long as it runs: a token outlives its run, and nothing that it opens does. */
async function grantRun(
  database: Queryable,
  { run, params }: Pick<AuthorizeRequest, "run" | "params">,
): Promise<Grant> {
  if (run === undefined) throw new FlowwError("UNAUTHENTICATED");
  if (readId("execution", params.executionId) !== run.id)
    throw new FlowwError("NOT_FOUND", "This token is another execution's.");
  if (!(await isStillStarted(database, run)))
    throw new FlowwError("UNAUTHENTICATED", "The run that this token was made for has ended.");
  return { principal: undefined, membership: undefined, namespace: undefined, run };
}

/** The organization that the path's ids lead to; undefined when an id is unknown or two of them disagree. */
async function findScope(
  database: Queryable,
  params: AuthorizeRequest["params"],
): Promise<{ organizationId: string; namespace: Namespace | undefined } | undefined> {
  const organizationId = readId("organization", params.organizationId);
  if (params.namespaceId === undefined)
    return organizationId === undefined ? undefined : { organizationId, namespace: undefined };
  const namespaceId = readId("namespace", params.namespaceId);
  if (namespaceId === undefined) return undefined;
  const namespace = await findNamespace(database, namespaceId);
  if (namespace === undefined) return undefined;
  if (params.organizationId !== undefined && organizationId !== namespace.organizationId) return undefined;
  return { organizationId: namespace.organizationId, namespace };
}

function readId(kind: IdKind, id: string | undefined): string | undefined {
  return id === undefined ? undefined : parseId(kind, id);
}
