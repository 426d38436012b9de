import { FlowwError } from "@floww/contract/errors";
import { isLoopback } from "../../domain/identity/create-auth.ts";
import { retryAfterOf } from "../reply.ts";
import { html } from "./html.ts";
import { field, problemBox } from "./layout.ts";
import type { Page, PageCall, PageResult } from "./page.ts";
import { safeNext } from "./safe-next.ts";
import { beginSignIn } from "./sign-in-elsewhere.ts";

/** `/login?next=…`: e-mail and password, or off to the identity provider. */
export const loginPage: Page = {
  path: "/login",

  get: async (call) => {
    const next = safeNext(call.url.searchParams.get("next"), call.context.publicUrl());
    if (call.person !== undefined) return { redirect: next };
    const { outside } = call.context.identity;
    return outside === undefined ? show(call, next) : beginSignIn(call, outside, { next });
  },

  post: async (call) => {
    const next = safeNext(call.form.get("next"), call.context.publicUrl());
    const email = call.form.get("email") ?? "";
    const password = call.form.get("password") ?? "";
    try {
      const signedIn = await call.context.identity.passwords.signIn({ email, password, ...call.place });
      const actor = { kind: "user", id: signedIn.userId, name: email } as const;
      return {
        redirect: next,
        cookies: signedIn.headers.getSetCookie(),
        audit: { organizationId: undefined, actor, action: "signIn", subjects: {} },
      };
    } catch (error) {
      if (!(error instanceof FlowwError) || error.status >= 500) throw error;
      return show(call, next, error);
    }
  },
};

function show({ context, form }: PageCall, next: string, error?: FlowwError): PageResult {
  const wait = error === undefined ? undefined : retryAfterOf(error);
  return {
    title: "Sign in",
    status: error?.status ?? 200,
    ...(wait === undefined ? {} : { headers: { "retry-after": wait } }),
    body: html`<p>${isLostCookie(context.publicUrl()) ? INSECURE : "With the e-mail address and password of your account."}</p>
${problemBox(error?.message)}
<form method="post" action="/login">
<input type="hidden" name="next" value="${next}">
${field({ name: "email", label: "E-mail", type: "email", autocomplete: "username", value: form.get("email") ?? "" })}
${field({ name: "password", label: "Password", type: "password", autocomplete: "current-password" })}
<button>Sign in</button>
</form>`,
  };
}

const INSECURE =
  "This server is reached over plain http from another machine, where a browser keeps no session. Serve it over https and set FLOWW_PUBLIC_URL.";

function isLostCookie({ protocol, hostname }: URL): boolean {
  return protocol === "http:" && !isLoopback(hostname);
}
