import { findPersonByEmail } from "../../domain/identity/people.ts";
import {
  acceptInvitation,
  getOpenInvitation,
  type OpenInvitation,
} from "../../domain/organizations/invitations.ts";
import { joinAsNewPerson } from "../../domain/organizations/join-as-new-person.ts";
import { html } from "./html.ts";
import { problemBox } from "./layout.ts";
import { formToken, type Page, type PageCall, type PageResult, refuseForeignForm } from "./page.ts";
import { personFields, readPerson } from "./person-form.ts";
import { beginSignIn } from "./sign-in-elsewhere.ts";

/** `/invite?token=…`: joins an organization, with the account there is or with a new one. */
export const invitePage: Page = {
  path: "/invite",
  feature: "invitations",

  get: async (call) => {
    const token = call.url.searchParams.get("token") ?? "";
    const invitation = await getOpenInvitation(call.context.database, token);
    if (call.person !== undefined) return askToJoin(call, token, invitation);
    const { outside } = call.context.identity;
    if (outside !== undefined) {
      const next = call.url.pathname + call.url.search;
      return beginSignIn(call, outside, { next, door: { kind: "invitation", token } });
    }
    const known = await findPersonByEmail(call.context.database, invitation.email);
    if (known === undefined) return askWhoYouAre(call, token, invitation);
    return { redirect: `/login?next=${encodeURIComponent(call.url.pathname + call.url.search)}` };
  },

  post: async (call) => {
    const { person, context, form } = call;
    const token = form.get("invitation") ?? "";
    const invitation = await getOpenInvitation(context.database, token);
    if (person !== undefined) {
      refuseForeignForm(call);
      await context.database.transaction((transaction) =>
        acceptInvitation(transaction, { token, userId: person.id, email: person.email }),
      );
      return { redirect: "/", audit: joined(invitation, person) };
    }
    // The address is the invitation's, whatever the form says: who has the link cannot join as somebody else.
    form.set("email", invitation.email);
    const read = readPerson(form);
    if ("problem" in read) return askWhoYouAre(call, token, invitation, read.problem);
    const id = await joinAsNewPerson(context, { token, person: read.person });
    const signedIn = await context.identity.passwords.signIn({ ...read.person, ...call.place });
    const audit = joined(invitation, { id, name: read.person.name });
    return { redirect: "/", cookies: signedIn.headers.getSetCookie(), audit };
  },
};

function joined({ organizationId }: OpenInvitation, { id, name }: { id: string; name: string }) {
  const actor = { kind: "user", id, name } as const;
  return { organizationId, actor, action: "acceptInvitation", subjects: {} };
}

function askToJoin(
  call: PageCall,
  token: string,
  { organizationName, role, email }: OpenInvitation,
): PageResult {
  if (call.person?.email !== email)
    return {
      title: "Another address",
      status: 403,
      body: html`<p>This invitation is for <strong>${email}</strong>; you are signed in as <strong>${call.person?.email}</strong>.</p>
<p>Sign out on <a href="/profile">your profile</a>, then open the link again.</p>`,
    };
  return {
    title: `Join ${organizationName}`,
    body: html`<p>You are invited as <strong>${role}</strong>.</p>
<form method="post" action="/invite">
<input type="hidden" name="token" value="${formToken(call)}">
<input type="hidden" name="invitation" value="${token}">
<button>Join</button>
</form>`,
  };
}

function askWhoYouAre(
  { form }: PageCall,
  token: string,
  { organizationName, role, email }: OpenInvitation,
  problem?: string,
): PageResult {
  return {
    title: `Join ${organizationName}`,
    status: problem === undefined ? 200 : 400,
    body: html`<p>You are invited as <strong>${role}</strong>. Make your account to join.</p>
${problemBox(problem)}
<form method="post" action="/invite">
<input type="hidden" name="invitation" value="${token}">
${personFields(form, { fixedEmail: email })}
<button>Create account and join</button>
</form>`,
  };
}
