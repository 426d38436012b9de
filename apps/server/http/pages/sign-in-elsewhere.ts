import { FlowwError } from "@floww/contract/errors";
import { startBrowserSession } from "../../domain/identity/browser-sessions.ts";
import { sessionCookie } from "../../domain/identity/create-auth.ts";
import type { OutsideIdentity, OutsidePerson } from "../../domain/identity/outside-identity.ts";
import { findOutsidePerson } from "../../domain/identity/people.ts";
import type { Door } from "../../domain/identity/sign-in-attempts.ts";
import { getOpenInvitation } from "../../domain/organizations/invitations.ts";
import { joinAsNewPerson } from "../../domain/organizations/join-as-new-person.ts";
import type { Page, PageCall, PageResult } from "./page.ts";

const CALLBACK_PATH = "/login/callback";

/** Sends the browser to whoever knows who this is, with a cookie that nobody else's browser has. */
export async function beginSignIn(
  { context }: PageCall,
  outside: OutsideIdentity,
  { next, door }: { next: string; door?: Door },
): Promise<PageResult> {
  const attempt = context.identity.attempts.start({ next, door });
  const url = await outside.begin({ ...attempt, redirectUri: callbackOf(context.publicUrl()) });
  return { redirect: url.href, cookies: [attemptCookie(context.publicUrl(), attempt.cookie)] };
}

/** `/login/callback`: back from there. */
export const callbackPage: Page = {
  path: CALLBACK_PATH,

  get: async (call) => {
    const { context, url, place } = call;
    const { outside, outsideSessions, attempts, sessionKey } = context.identity;
    const publicUrl = context.publicUrl();
    if (outside === undefined) return { redirect: "/login" };
    const state = url.searchParams.get("state");
    // Begun at the provider, by nobody's browser that we know: this one begins anew, and what it brought counts for nothing.
    if (state === null && outside.isStartedThere && url.searchParams.has("code"))
      return { redirect: "/login" };
    const kept = call.cookie(attemptCookieName(publicUrl)) ?? "";
    const attempt = attempts.read(kept, state ?? "");
    if (attempt === undefined) throw new FlowwError("SIGN_IN_EXPIRED");
    const redirectUri = callbackOf(publicUrl);
    const callback = new URL(redirectUri);
    callback.search = url.search;
    const { person, session } = await outside.finish(callback, { ...attempt, redirectUri });
    const entered = await enter(call, attempt.door, person);
    const cookie = await context.database.transaction(async (transaction) => {
      const started = { ...place, sessionKey, publicUrl };
      const { id, cookie } = await startBrowserSession(transaction, entered.userId, started);
      if (session !== undefined)
        await outsideSessions?.keep(transaction, { sessionId: id, issuer: person.issuer, session });
      return cookie;
    });
    return {
      // The invitation that let them in is used, and its page has nothing more to say.
      redirect: entered.action === "acceptInvitation" ? "/" : attempt.next,
      cookies: [cookie, attemptCookie(publicUrl, undefined)],
      audit: {
        organizationId: entered.organizationId,
        actor: { kind: "user", id: entered.userId, name: person.name },
        action: entered.action,
        subjects: {},
      },
    };
  },
};

interface Entered {
  userId: string;
  organizationId: string | undefined;
  action: "signIn" | "setUp" | "acceptInvitation";
}

/**
 * With the account there is, or with one that is made by the set-up link, by an invitation, or because the provider has
 * them as a member of an organization that belongs here. @throws FlowwError ACCOUNT_UNKNOWN
 */
async function enter(call: PageCall, door: Door | undefined, person: OutsidePerson): Promise<Entered> {
  const { database, outsideMembers } = call.context;
  const known = await findOutsidePerson(database, person);
  const made = known === undefined && door !== undefined ? await openDoor(call, door, person) : undefined;
  const member = await outsideMembers?.enter(person);
  const userId = known ?? made?.userId ?? member;
  if (userId === undefined) throw new FlowwError("ACCOUNT_UNKNOWN");
  return made ?? { userId, organizationId: undefined, action: "signIn" };
}

async function openDoor(
  { context }: PageCall,
  { kind, token }: Door,
  person: OutsidePerson,
): Promise<Entered> {
  if (kind === "setUp") {
    const organizationId = context.firstOrganizationId;
    const { userId } = await context.setUp.complete(token, { organizationId, person });
    return { userId, organizationId, action: "setUp" };
  }
  // It was opened before, and may have been turned off meanwhile.
  context.switches.require("invitations");
  const { organizationId } = await getOpenInvitation(context.database, token);
  const userId = await joinAsNewPerson(context, { token, person });
  return { userId, organizationId, action: "acceptInvitation" };
}

function callbackOf(publicUrl: URL): URL {
  return new URL(CALLBACK_PATH, publicUrl);
}

function attemptCookieName(publicUrl: URL): string {
  return sessionCookie(publicUrl).secure ? "__Host-floww.signing-in" : "floww.signing-in";
}

/** Lax, for it must come along when the provider sends the browser back. */
function attemptCookie(publicUrl: URL, value: string | undefined): string {
  const { secure } = sessionCookie(publicUrl);
  const seconds = value === undefined ? 0 : 600;
  const flags = `Max-Age=${seconds}; Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
  return `${attemptCookieName(publicUrl)}=${value ?? ""}; ${flags}`;
}
