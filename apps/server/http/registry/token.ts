import { FlowwError } from "@floww/contract/errors";
import type { ServerContext } from "../../context.ts";
import type { Principal } from "../../domain/identity/principal.ts";
import { parseRepositoryName } from "../../domain/registry/names.ts";
import {
  type RegistryAccess,
  registryActions,
  TOKEN_SECONDS,
} from "../../domain/registry/registry-tokens.ts";
import { findByToken } from "../authenticate.ts";
import { holderOf, listAllowed, type NeededAccess } from "./registry-access.ts";
import type { RegistryCall } from "./registry-call.ts";
import { sendJson } from "./send.ts";

/** A client asks for one repository, or two when it mounts. */
const SCOPES_MAX = 10;

/**
 * Gives a token for what was asked, as far as it is allowed: who may not push gets one without `push`, and hears why when
 * they try. Any user name; the password is an API key or the token of `floww login`.
 */
export async function giveToken({ context, request, response, query, address }: RegistryCall): Promise<void> {
  const principal = await signIn(context, request.headers.authorization, address);
  const scopes = query
    .getAll("scope")
    .flatMap((scope) => scope.split(" "))
    .filter((scope) => scope !== "");
  if (scopes.length > SCOPES_MAX)
    throw new FlowwError("REGISTRY_DENIED", `A token is for at most ${SCOPES_MAX} repositories.`);
  const access: RegistryAccess[] = [];
  for (const scope of scopes) {
    const asked = readScope(scope);
    if (asked === undefined) continue;
    const actions = await listAllowed(context, principal, asked);
    if (actions.length > 0) access.push({ name: asked.name.text, actions });
  }
  const token = await context.registry.tokens.issue({ holder: holderOf(principal), access });
  sendJson(response, 200, {
    token,
    access_token: token,
    expires_in: TOKEN_SECONDS,
    issued_at: new Date().toISOString(),
  });
}

async function signIn(
  context: ServerContext,
  authorization: string | undefined,
  address: string,
): Promise<Principal> {
  const [, basic] = /^Basic ([A-Za-z0-9+/=]{1,4096})$/i.exec(authorization ?? "") ?? [];
  if (basic === undefined) throw new FlowwError("REGISTRY_UNAUTHENTICATED");
  const waitMs = context.identity.registrySignIns.take(address);
  if (waitMs > 0)
    throw new FlowwError("RATE_LIMITED", undefined, {
      details: { retryAfterSeconds: Math.ceil(waitMs / 1000) },
    });
  const pair = Buffer.from(basic, "base64").toString("utf8");
  const principal = await findByToken(context, pair.slice(pair.indexOf(":") + 1));
  if (principal === undefined) throw new FlowwError("REGISTRY_UNAUTHENTICATED");
  context.identity.registrySignIns.giveBack(address);
  return principal;
}

/** Undefined for what is none of ours: another kind of resource, a name that cannot be. */
function readScope(scope: string): NeededAccess | undefined {
  const [, text, list] = /^repository:([^:]+):([a-z*,]+)$/.exec(scope) ?? [];
  const name = text === undefined ? undefined : parseRepositoryName(text);
  if (name === undefined || list === undefined) return undefined;
  const asked = new Set(list.split(","));
  return { name, actions: registryActions.filter((action) => asked.has("*") || asked.has(action)) };
}
