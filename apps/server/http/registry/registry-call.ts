import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServerContext } from "../../context.ts";
import type { Principal } from "../../domain/identity/principal.ts";
import type { RepositoryName } from "../../domain/registry/names.ts";
import type { RegistryToken } from "../../domain/registry/registry-tokens.ts";
import type { NeededAccess } from "./registry-access.ts";

export interface RegistryCall {
  context: ServerContext;
  request: IncomingMessage;
  response: ServerResponse;
  query: URLSearchParams;
  /** The caller's. */
  address: string;
}

/** With the token's holder, who may do what the handler does. */
export interface RepositoryCall extends RegistryCall {
  name: RepositoryName;
  /** The digest, tag or upload of the path. */
  reference: string;
  principal: Principal;
  token: RegistryToken;
  needed: readonly NeededAccess[];
}

export type RepositoryHandler = (call: RepositoryCall) => Promise<void>;
