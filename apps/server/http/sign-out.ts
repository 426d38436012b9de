import type { ServerContext } from "../context.ts";
import { endBrowserSession } from "../domain/identity/browser-sessions.ts";

/** Ends a browser's session here. Resolves with where the identity provider signs its own out; here it is over whatever becomes of it there. */
export async function signOutBrowser(
  context: ServerContext,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<URL | undefined> {
  const { outside, outsideSessions } = context.identity;
  const there = await outsideSessions?.find(sessionId);
  await endBrowserSession(context.database, userId, sessionId);
  const returnTo = new URL("/", context.publicUrl());
  return outside?.signOutUrl(returnTo, there).catch((error: unknown) => {
    context.report(error);
    return undefined;
  });
}
