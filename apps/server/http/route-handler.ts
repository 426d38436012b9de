import type { RouteInput, RouteName, RouteReply, Routes } from "@floww/contract/api";
import { type IdKind, parseId } from "@floww/contract/ids";
import type { ServerContext } from "../context.ts";
import type { Principal } from "../domain/identity/principal.ts";
import type { Namespace } from "../domain/namespaces/store.ts";

export interface RouteCall {
  context: ServerContext;
  /** Signed in, on every route that is not public. */
  principal: Principal;
  /** The caller's own, on every route below a namespace. */
  namespace: Namespace;
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
