import { endBrowserSession } from "../../domain/identity/browser-sessions.ts";
import { listOrganizations } from "../../domain/organizations/store.ts";
import { expiredCookie } from "../expired-cookie.ts";
import { html } from "./html.ts";
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
    await endBrowserSession(context.database, person.id, sessionId);
    return {
      redirect: "/login",
      cookies: [expiredCookie(context.publicUrl())],
      audit: {
        organizationId: undefined,
        actor: { kind: "user", id: person.id, name: person.name },
        action: "signOut",
        subjects: {},
      },
    };
  },
};
