import { FlowwError } from "@floww/contract/errors";
import { startBrowserSession } from "../../domain/identity/browser-sessions.ts";
import { isLoopback, sessionCookie } from "../../domain/identity/create-auth.ts";
import { CHALLENGE_SECONDS } from "../../domain/identity/passkeys/challenges.ts";
import { passkeysRefused } from "../../domain/identity/passkeys/relying-party.ts";
import { rateLimited } from "../../domain/identity/sign-in.ts";
import { retryAfterOf } from "../reply.ts";
import { html } from "./html.ts";
import { field, problemBox } from "./layout.ts";
import type { Page, PageCall, PageResult } from "./page.ts";
import { PASSKEY_SCRIPT_PATH } from "./passkey-script.ts";
import { safeNext } from "./safe-next.ts";
import { beginSignIn } from "./sign-in-elsewhere.ts";

/** `/login?next=…`: e-mail and password or a passkey, or off to the identity provider. `?signedOut`: after signing out. */
export const loginPage: Page = {
  path: "/login",

  get: async (call) => {
    const next = safeNext(call.url.searchParams.get("next"), call.context.publicUrl());
    if (call.person !== undefined) return { redirect: next };
    const { outside } = call.context.identity;
    if (outside === undefined) return show(call, next);
    // The provider still knows who this is, and would sign them in again at once.
    if (call.url.searchParams.has("signedOut")) return signedOut;
    return beginSignIn(call, outside, { next });
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
      return showAgain(call, next, error);
    }
  },
};

/** `/login/passkey`: what the browser's authenticator answered. */
export const passkeyPage: Page = {
  path: "/login/passkey",

  // Who reloads what was refused.
  get: async () => ({ redirect: "/login" }),

  post: async (call) => {
    const { context, form, place } = call;
    const publicUrl = context.publicUrl();
    const next = safeNext(form.get("next"), publicUrl);
    const { passkeys, passkeyTries, sessionKey } = context.identity;
    try {
      const waitMs = passkeyTries.take(place.address);
      if (waitMs > 0) throw rateLimited(waitMs);
      const ticket = call.cookie(ticketCookieName(publicUrl)) ?? "";
      const credential = readCredential(form.get("credential"));
      const { userId, name } = await passkeys.signIn({ ticket, credential });
      passkeyTries.giveBack(place.address);
      const started = await startBrowserSession(context.database, userId, {
        ...place,
        sessionKey,
        publicUrl,
      });
      return {
        redirect: next,
        cookies: [started.cookie, ticketCookie(publicUrl, undefined)],
        audit: {
          organizationId: undefined,
          actor: { kind: "user", id: userId, name },
          action: "signInWithPasskey",
          subjects: {},
        },
      };
    } catch (error) {
      return showAgain(call, next, error);
    }
  },
};

/** What was refused is asked for again; what is not the person's doing is an error like any other. */
function showAgain(call: PageCall, next: string, error: unknown): PageResult {
  if (!(error instanceof FlowwError) || error.status >= 500 || error.code.endsWith("_OFF")) throw error;
  return show(call, next, error);
}

function readCredential(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch (cause) {
    throw new FlowwError("INPUT_INVALID", "The form has no answer of a passkey.", { cause });
  }
}

function show({ context, form, url }: PageCall, next: string, error?: FlowwError): PageResult {
  const wait = error === undefined ? undefined : retryAfterOf(error);
  const publicUrl = context.publicUrl();
  const passkey =
    passkeysRefused(publicUrl) === undefined ? context.identity.passkeys.startSignIn() : undefined;
  const lead = url.searchParams.has("signedOut")
    ? "You are signed out."
    : "With the e-mail address and password of your account.";
  return {
    title: "Sign in",
    status: error?.status ?? 200,
    ...(wait === undefined ? {} : { headers: { "retry-after": wait } }),
    ...(passkey === undefined
      ? {}
      : { script: PASSKEY_SCRIPT_PATH, cookies: [ticketCookie(publicUrl, passkey.ticket)] }),
    body: html`<p>${isLostCookie(publicUrl) ? INSECURE : lead}</p>
${problemBox(error?.message)}
<form method="post" action="/login">
<input type="hidden" name="next" value="${next}">
${field({ name: "email", label: "E-mail", type: "email", autocomplete: "username", value: form.get("email") ?? "" })}
${field({ name: "password", label: "Password", type: "password", autocomplete: "current-password" })}
<button>Sign in</button>
</form>
${passkey === undefined ? undefined : passkeyForm(next, passkey.options)}`,
  };
}

/** Hidden until its script knows that the browser has passkeys. */
function passkeyForm(next: string, options: Record<string, unknown>) {
  return html`<form id="passkey" method="post" action="/login/passkey" data-options="${JSON.stringify(options)}" hidden>
<input type="hidden" name="next" value="${next}">
<input type="hidden" name="credential" value="">
<button class="plain">Sign in with a passkey</button>
<p class="problem" id="passkey-problem" role="alert" hidden>No passkey was given. Try again, or use your password.</p>
</form>`;
}

const signedOut: PageResult = {
  title: "Signed out",
  body: html`<p>This browser is signed out of Floww.</p>
<p><a href="/login">Sign in again</a></p>`,
};

function ticketCookieName(publicUrl: URL): string {
  return sessionCookie(publicUrl).secure ? "__Host-floww.passkey" : "floww.passkey";
}

/** Strict: it comes along with our own form, and with nothing else. */
function ticketCookie(publicUrl: URL, ticket: string | undefined): string {
  const { secure } = sessionCookie(publicUrl);
  const seconds = ticket === undefined ? 0 : CHALLENGE_SECONDS;
  const flags = `Max-Age=${seconds}; Path=/; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
  return `${ticketCookieName(publicUrl)}=${ticket ?? ""}; ${flags}`;
}

const INSECURE =
  "This server is reached over plain http from another machine, where a browser keeps no session. Serve it over https and set FLOWW_PUBLIC_URL.";

function isLostCookie({ protocol, hostname }: URL): boolean {
  return protocol === "http:" && !isLoopback(hostname);
}
