import { html } from "./html.ts";
import { problemBox } from "./layout.ts";
import type { Page, PageCall, PageResult } from "./page.ts";
import { personFields, readPerson } from "./person-form.ts";
import { beginSignIn } from "./sign-in-elsewhere.ts";

/** `/setup?token=…`: the first account of a server. */
export const setupPage: Page = {
  path: "/setup",

  get: async (call) => {
    const token = call.url.searchParams.get("token") ?? "";
    await call.context.setUp.refuseInvalid(token);
    const { outside } = call.context.identity;
    if (outside === undefined) return show(call, token);
    return beginSignIn(call, outside, { next: "/", door: { kind: "setUp", token } });
  },

  post: async (call) => {
    const token = call.form.get("token") ?? "";
    const { setUp, identity, firstOrganizationId } = call.context;
    await setUp.refuseInvalid(token);
    const read = readPerson(call.form);
    if ("problem" in read) return show(call, token, read.problem);
    const { userId } = await setUp.complete(token, {
      organizationId: firstOrganizationId,
      person: read.person,
    });
    const signedIn = await identity.passwords.signIn({ ...read.person, ...call.place });
    return {
      redirect: "/",
      cookies: signedIn.headers.getSetCookie(),
      audit: {
        organizationId: firstOrganizationId,
        actor: { kind: "user", id: userId, name: read.person.name },
        action: "setUp",
        subjects: {},
      },
    };
  },
};

function show({ form }: PageCall, token: string, problem?: string): PageResult {
  return {
    title: "Set up Floww",
    status: problem === undefined ? 200 : 400,
    body: html`<p>This link makes the first account: an owner of this server. It works once.</p>
${problemBox(problem)}
<form method="post" action="/setup">
<input type="hidden" name="token" value="${token}">
${personFields(form)}
<button>Create account</button>
</form>`,
  };
}
