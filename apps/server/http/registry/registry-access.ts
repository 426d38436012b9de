import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import type { ServerContext } from "../../context.ts";
import { findPrincipalByKeyId } from "../../domain/identity/api-keys.ts";
import { findSessionUser } from "../../domain/identity/cli-sessions.ts";
import type { Principal } from "../../domain/identity/principal.ts";
import type { RepositoryName } from "../../domain/registry/names.ts";
import type { RegistryAction, RegistryToken, TokenHolder } from "../../domain/registry/registry-tokens.ts";
import { findUser } from "../authenticate.ts";
import { authorize } from "../authorize.ts";

type AccessContext = Pick<ServerContext, "database" | "registry">;

export interface NeededAccess {
  name: RepositoryName;
  actions: readonly RegistryAction[];
}

const PERMISSIONS = { pull: "registry.read", push: "registry.write", delete: "registry.write" } as const;

/** Why a request was refused at the door, and what a token would have to say. */
export class ChallengeError extends FlowwError {
  readonly reason: "invalid_token" | "insufficient_scope" | undefined;
  readonly needed: readonly NeededAccess[];

  constructor(reason: ChallengeError["reason"], needed: readonly NeededAccess[]) {
    super("REGISTRY_UNAUTHENTICATED");
    this.reason = reason;
    this.needed = needed;
  }
}

/**
 * Of those actions, the ones that this caller may do there. The decision is authorize()'s, as for every route of the API.
 */
export async function listAllowed(
  { database }: Pick<AccessContext, "database">,
  principal: Principal,
  { name, actions }: NeededAccess,
): Promise<RegistryAction[]> {
  const allowed: RegistryAction[] = [];
  for (const action of actions)
    if ((await decide(database, principal, name, action)) === "allowed") allowed.push(action);
  return allowed;
}

async function decide(
  database: AccessContext["database"],
  principal: Principal,
  name: RepositoryName,
  action: RegistryAction,
): Promise<"allowed" | "forbidden" | "unknown"> {
  const params = { namespaceId: formatId("namespace", name.namespaceId) };
  try {
    await authorize(database, { route: { permission: PERMISSIONS[action] }, principal, params });
    return "allowed";
  } catch (error) {
    if (!(error instanceof FlowwError)) throw error;
    if (error.code === "FORBIDDEN") return "forbidden";
    if (error.code === "NOT_FOUND") return "unknown";
    throw error;
  }
}

/**
 * Who sends the request and that they may do all this now: the token says what it was asked for, and the database, each
 * time, whether its holder still may. @throws ChallengeError; FlowwError REGISTRY_DENIED, REGISTRY_NAME_UNKNOWN
 */
export async function requireAccess(
  context: AccessContext,
  authorization: string | undefined,
  needed: readonly NeededAccess[],
): Promise<{ principal: Principal; token: RegistryToken }> {
  const token = await readToken(context, authorization, needed);
  const principal = await findHolder(context, token.holder);
  if (principal === undefined) throw new ChallengeError("invalid_token", needed);
  await refuseUnallowed(context, principal, needed);
  if (!needed.every((one) => isInScope(token, one))) throw new ChallengeError("insufficient_scope", needed);
  return { principal, token };
}

async function refuseUnallowed(
  { database }: Pick<AccessContext, "database">,
  principal: Principal,
  needed: readonly NeededAccess[],
): Promise<void> {
  for (const { name, actions } of needed) {
    for (const action of actions) {
      const decision = await decide(database, principal, name, action);
      if (decision === "unknown") throw new FlowwError("REGISTRY_NAME_UNKNOWN");
      if (decision === "forbidden")
        throw new FlowwError("REGISTRY_DENIED", `Your role may not ${action} in this namespace's registry.`);
    }
  }
}

/**
 * Asked again when a body is here, before it counts: it took its time, and a right may have ended meanwhile.
 * The token may have run out in between, its holder not. @throws as requireAccess
 */
export async function confirmAccess(
  context: AccessContext,
  { id, credential }: Principal,
  needed: readonly NeededAccess[],
): Promise<void> {
  const principal = await findHolder(context, holderOf({ id, credential }));
  if (principal === undefined) throw new ChallengeError("invalid_token", needed);
  await refuseUnallowed(context, principal, needed);
}

export function holderOf({ id, credential }: Pick<Principal, "id" | "credential">): TokenHolder {
  return credential.kind === "key"
    ? { kind: "key", keyId: id }
    : { kind: "cli", sessionId: credential.sessionId };
}

async function readToken(
  { registry }: AccessContext,
  authorization: string | undefined,
  needed: readonly NeededAccess[],
): Promise<RegistryToken> {
  if (authorization === undefined) throw new ChallengeError(undefined, needed);
  const [, text] = /^Bearer ([\w.~+/=-]{1,8192})$/i.exec(authorization) ?? [];
  const token = text === undefined ? undefined : await registry.tokens.read(text);
  if (token === undefined) throw new ChallengeError("invalid_token", needed);
  return token;
}

async function findHolder({ database }: AccessContext, holder: TokenHolder): Promise<Principal | undefined> {
  if (holder.kind === "key") return findPrincipalByKeyId(database, holder.keyId);
  const userId = await findSessionUser(database, holder.sessionId);
  return userId === undefined
    ? undefined
    : findUser({ database }, userId, { kind: "cli", sessionId: holder.sessionId });
}

export function isInScope({ access }: RegistryToken, { name, actions }: NeededAccess): boolean {
  const granted = access.filter((one) => one.name === name.text).flatMap((one) => one.actions);
  return actions.every((action) => granted.includes(action));
}

/** `repository:ns_…/my/image:pull,push` */
export function formatScope({ name, actions }: NeededAccess): string {
  return `repository:${name.text}:${actions.join(",")}`;
}
