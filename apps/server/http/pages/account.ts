import { endBrowserSession } from "../../domain/identity/browser-sessions.ts";
import { listOrganizations } from "../../domain/organizations/store.ts";
import { expiredCookie } from "../expired-cookie.ts";
import { type Html, html } from "./html.ts";
import { formToken, type Page, refuseForeignForm, signInFirst } from "./page.ts";

/** `/account`: who am I. */
export const accountPage: Page = {
  path: "/account",

  get: async (call) => {
    const { person, context } = call;
    if (person === undefined) return signInFirst(call);
    const ids = person.memberships.map(({ organizationId }) => organizationId);
    const organizations = await listOrganizations(context.database, ids);
    const roleOf = (id: string) =>
      person.memberships.find(({ organizationId }) => organizationId === id)?.role ?? "";
    const rows = organizations.map(
      ({ id, name }) => html`<div><dt>${name}</dt><dd>${roleOf(id)}</dd></div>
`,
    );
    return {
      title: person.name,
      body: html`<p>You are signed in as <strong>${person.email}</strong>.</p>
<dl>
${rows}
</dl>
<form method="post" action="/account/sign-out">
<input type="hidden" name="token" value="${formToken(call)}">
<button class="plain">Sign out</button>
</form>`,
    };
  },
};

export const signOutPage: Page = {
  path: "/account/sign-out",

  post: async (call) => {
    const { person, sessionId, context } = call;
    if (person === undefined || sessionId === undefined) return { redirect: "/login" };
    refuseForeignForm(call);
    const { outside, outsideSessions } = context.identity;
    const there = await outsideSessions?.find(sessionId);
    await endBrowserSession(context.database, person.id, sessionId);
    const returnTo = new URL("/", context.publicUrl());
    // Here it is over whatever becomes of it there.
    const elsewhere = await outside?.signOutUrl(returnTo, there).catch((error: unknown) => {
      context.report(error);
      return undefined;
    });
    const cookie = expiredCookie(context.publicUrl());
    return {
      ...(outside === undefined
        ? { redirect: "/login", cookies: [cookie] }
        : { ...signedOut(elsewhere), headers: { "set-cookie": cookie } }),
      audit: {
        organizationId: undefined,
        actor: { kind: "user", id: person.id, name: person.name },
        action: "signOut",
        subjects: {},
      },
    };
  },
};

/** A page, for /login would sign in again at once. A link, for our own forms lead nowhere else (`form-action`). */
function signedOut(elsewhere: URL | undefined): { title: string; body: Html } {
  const link =
    elsewhere === undefined
      ? undefined
      : html`<p><a href="${elsewhere.href}">Sign out of the identity provider as well</a></p>
`;
  return {
    title: "Signed out",
    body: html`<p>This browser is signed out of Floww.</p>
${link}<p><a href="/login">Sign in again</a></p>`,
  };
}
