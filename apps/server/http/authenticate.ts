import type { ServerContext } from "../context.ts";
import type { HostedRun } from "../domain/executions/host-operations.ts";
import { findPrincipalByKey } from "../domain/identity/api-keys.ts";
import { findBrowserSession } from "../domain/identity/browser-sessions.ts";
import { findCliSession } from "../domain/identity/cli-sessions.ts";
import { sessionCookie } from "../domain/identity/create-auth.ts";
import type { Credential, Principal } from "../domain/identity/principal.ts";
import { findUserPrincipal } from "../domain/organizations/memberships.ts";

type Authenticating = Pick<ServerContext, "database" | "identity" | "publicUrl">;

/**
 * Who sends this request; undefined for a stranger, and for credentials that are not good (any more). Every request
 * asks the database, so what is revoked is refused from the next one on. Of a header and a cookie the header counts.
 */
export async function authenticate(
  context: Authenticating,
  headers: Headers,
): Promise<Principal | undefined> {
  const authorization = headers.get("authorization");
  if (authorization === null) return findByCookie(context, headers);
  const bearer = readBearer(authorization);
  return bearer === undefined ? undefined : findByToken(context, bearer);
}

/** An API key, or the access token of a command line that is signed in. */
export async function findByToken(
  { database }: Pick<Authenticating, "database">,
  token: string,
): Promise<Principal | undefined> {
  const session = await findCliSession(database, token);
  if (session === undefined) return findPrincipalByKey(database, token);
  return findUser({ database }, session.userId, { kind: "cli", sessionId: session.sessionId });
}

/** Which run sends this request, on the routes that are for runs. */
export function authenticateRun(
  { runTokens }: Pick<ServerContext, "runTokens">,
  headers: Headers,
): HostedRun | undefined {
  const bearer = readBearer(headers.get("authorization") ?? "");
  return bearer === undefined ? undefined : runTokens.read(bearer);
}

function readBearer(authorization: string): string | undefined {
  return /^Bearer ([\w.~+/=-]{1,512})$/i.exec(authorization)?.[1];
}

async function findByCookie(context: Authenticating, headers: Headers): Promise<Principal | undefined> {
  const { name } = sessionCookie(context.publicUrl());
  const hasCookie = headers.get("cookie")?.includes(`${name}=`) === true;
  if (!hasCookie) return undefined;
  const session = await findBrowserSession(await context.identity.auth(), headers);
  if (session === undefined) return undefined;
  context.identity.outsideSessions?.noteUse(session.sessionId);
  return findUser(context, session.userId, { kind: "browser", sessionId: session.sessionId });
}

export async function findUser(
  { database }: Pick<Authenticating, "database">,
  userId: string,
  credential: Credential,
): Promise<Principal | undefined> {
  const user = await findUserPrincipal(database, userId);
  return user === undefined ? undefined : { ...user, credential };
}
