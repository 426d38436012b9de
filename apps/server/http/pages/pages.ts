import type { FlowwError } from "@floww/contract/errors";
import type { Context, Hono } from "hono";
import { getCookie } from "hono/cookie";
import type { ServerContext } from "../../context.ts";
import { appendAudit } from "../../domain/audit/store.ts";
import { authenticate } from "../authenticate.ts";
import { placeOf } from "../call-place.ts";
import { shownError } from "../error-reply.ts";
import { refuseForeignOrigin } from "../own-origin.ts";
import { readForm } from "../read-form.ts";
import { refuseMethod, retryAfterOf } from "../reply.ts";
import { approvalPage } from "./approval.ts";
import { devicePage } from "./device.ts";
import { html } from "./html.ts";
import { invitePage } from "./invite.ts";
import { layout, STYLE_PATH } from "./layout.ts";
import { loginPage, passkeyPage } from "./login.ts";
import type { Page, PageCall, PageResult } from "./page.ts";
import { PASSKEY_SCRIPT_PATH, passkeyScript } from "./passkey-script.ts";
import { setupPage } from "./setup.ts";
import { callbackPage } from "./sign-in-elsewhere.ts";
import { style } from "./style.ts";

const pages: readonly Page[] = [
  setupPage,
  loginPage,
  passkeyPage,
  callbackPage,
  devicePage,
  invitePage,
  approvalPage,
];

const POLICY =
  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/**
 * No script, no frame, nothing from elsewhere. The referrer stays on this server; with `no-referrer` a browser would
 * send `Origin: null` with our own forms, and they could not be told from a stranger's.
 */
const PAGE_HEADERS = {
  "content-security-policy": POLICY,
  "referrer-policy": "same-origin",
  "x-frame-options": "DENY",
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
} as const;

/** What a person sees in a browser, all of which works without any script: signing in, setting up, approving a device. */
export function addPages(app: Hono, context: ServerContext): void {
  for (const page of pages) {
    const methods = [
      ...(page.get === undefined ? [] : ["GET", "HEAD"]),
      ...(page.post === undefined ? [] : ["POST"]),
    ];
    app.all(page.path, (request) =>
      methods.includes(request.req.method)
        ? answerPage(context, page, request)
        : refuseMethod(request, methods),
    );
  }
  app.get(STYLE_PATH, () => sendText(style, "text/css"));
  app.get(PASSKEY_SCRIPT_PATH, () => sendText(passkeyScript, "text/javascript"));
}

function sendText(text: string, type: string): Response {
  const headers = {
    ...PAGE_HEADERS,
    "content-type": `${type}; charset=utf-8`,
    "cache-control": "no-cache",
  };
  return new Response(text, { headers });
}

async function answerPage(context: ServerContext, page: Page, request: Context): Promise<Response> {
  try {
    const isPost = request.req.method === "POST";
    refuseForeignOrigin(request.req.raw, context.publicUrl(), { isRequired: true });
    if (page.feature !== undefined) context.switches.require(page.feature);
    const call = await openCall(context, request, isPost);
    const result = await (isPost ? page.post : page.get)?.(call);
    if (result === undefined) throw new TypeError(`${page.path} has no ${request.req.method}`);
    if (result.audit !== undefined) {
      const entry = { ...result.audit, address: call.place.address };
      await appendAudit(context.database, entry).catch(context.report);
    }
    return toResponse(result);
  } catch (error) {
    return errorPage(shownError(error, context.report));
  }
}

async function openCall(context: ServerContext, request: Context, isPost: boolean): Promise<PageCall> {
  const form = isPost ? await readForm(request.req.raw) : new URLSearchParams();
  const principal = await authenticate(context, request.req.raw.headers);
  const isBrowser = principal?.kind === "user" && principal.credential.kind === "browser";
  const { email } = principal ?? {};
  return {
    context,
    person: isBrowser && email !== undefined ? { ...principal, email } : undefined,
    sessionId: principal?.credential.kind === "browser" ? principal.credential.sessionId : undefined,
    url: new URL(request.req.url),
    place: placeOf(context, request),
    cookie: (name) => getCookie(request, name),
    form,
  };
}

function toResponse(result: PageResult): Response {
  if ("redirect" in result) return redirectTo(result.redirect, result.cookies);
  const headers = new Headers({
    ...PAGE_HEADERS,
    ...result.headers,
    ...(result.script === undefined ? {} : { "content-security-policy": `${POLICY}; script-src 'self'` }),
    "content-type": "text/html; charset=utf-8",
  });
  for (const cookie of result.cookies ?? []) headers.append("set-cookie", cookie);
  return new Response(layout(result), { status: result.status ?? 200, headers });
}

function redirectTo(path: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ ...PAGE_HEADERS, location: path });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}

function errorPage(error: FlowwError): Response {
  const wait = retryAfterOf(error);
  return toResponse({
    title: error.status >= 500 ? "Something went wrong" : "That did not work",
    body: html`<p>${error.message}</p><p>${error.fix}</p>`,
    status: error.status,
    ...(wait === undefined ? {} : { headers: { "retry-after": wait } }),
  });
}
