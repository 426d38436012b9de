import type { RouteInput, RouteName, RouteReply, Routes } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { type IdKind, parseId } from "@floww/contract/ids";
import type { ServerContext } from "../context.ts";
import type { HostedRun } from "../domain/executions/host-operations.ts";
import type { Membership, Principal } from "../domain/identity/principal.ts";
import type { ClientPlace } from "../domain/identity/sign-in.ts";
import type { Namespace } from "../domain/namespaces/store.ts";

export interface RouteCall {
  context: ServerContext;
  /** Signed in, on every route that is not public. */
  principal: Principal;
  /** The caller's own, on every route below an organization or a namespace. */
  membership: Membership;
  /** The caller's own, on every route below a namespace. */
  namespace: Namespace;
  /** On the routes of runs, where nobody else is. */
  run: HostedRun;
  place: ClientPlace;
  /** Aborted when nobody waits for the reply any more. */
  callerGone: AbortSignal;
  requestHeaders: Headers;
  /** Added to the reply: cookies. */
  replyHeaders: Headers;
  /** What the audit log cannot see for itself. */
  audit: {
    actor?: { kind: "user"; id: string; name: string };
    organizationId?: string;
    /** Beside ids: what something was set to, where that is no more than a word. */
    subjects?: Record<string, string>;
  };
}

export type RouteHandler<Name extends RouteName> = (
  input: RouteInput<Routes[Name]>,
  call: RouteCall,
) => Promise<RouteReply<Routes[Name]>>;

export type RouteHandlers = { [Name in RouteName]: RouteHandler<Name> };

/** The UUID of an id that the contract's schema has already checked. */
export function uuidOf(kind: IdKind, id: string): string {
  const uuid = parseId(kind, id);
  if (uuid === undefined) throw new TypeError(`not a ${kind} id: the route's schema let it through`);
  return uuid;
}

/** For what only a person can do. @throws FlowwError FORBIDDEN for a key */
export function requireUser({ principal }: RouteCall): Principal & { email: string } {
  const { kind, email } = principal;
  if (kind !== "user" || email === undefined)
    throw new FlowwError("FORBIDDEN", "A service account's key cannot do this.", {
      fix: "Sign in as a person: `floww login`.",
    });
  return { ...principal, email };
}
