import { randomBytes } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";
import type { Context, Hono } from "hono";
import type { ServerContext } from "../context.ts";
import type { StaticFile } from "../platform/static-files.ts";
import { authenticate } from "./authenticate.ts";
import { shownError } from "./error-reply.ts";
import { refuseMethod, replyError } from "./reply.ts";

/** Addresses of screens: each answers with the one page, which finds out by itself what to show. */
const SCREENS = ["/", "/ns/*", "/org/*", "/profile", "/profile/*", "/admin", "/admin/*"];

const READS = ["GET", "HEAD"];

/** The dashboard's files, and its page for who is signed in. */
export function addDashboard(app: Hono, context: ServerContext): void {
  for (const [path, file] of context.dashboard?.files ?? [])
    app.all(path, (request) =>
      READS.includes(request.req.method)
        ? sendFile(file, request).catch((error: unknown) => replyError(shownError(error, context.report)))
        : refuseMethod(request, READS),
    );
  for (const path of SCREENS)
    app.all(path, (request) =>
      READS.includes(request.req.method) ? sendPage(context, request) : refuseMethod(request, READS),
    );
}

async function sendFile(file: StaticFile, request: Context): Promise<Response> {
  const takesGzip = /\bgzip\b/.test(request.req.header("accept-encoding") ?? "");
  const compressed = takesGzip ? file.gzip : undefined;
  const bytes = await (compressed ?? file.plain)().catch((cause: unknown) => {
    // Another build has taken its place since this server started.
    throw new FlowwError("ROUTE_NOT_FOUND", "This file is not there any more.", { cause });
  });
  const headers = {
    "content-type": file.type,
    "content-length": String(bytes.byteLength),
    vary: "accept-encoding",
    "cache-control": file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    ...(compressed === undefined ? {} : { "content-encoding": "gzip" }),
  };
  return new Response(bytes as Uint8Array<ArrayBuffer>, { headers });
}

async function sendPage(context: ServerContext, request: Context): Promise<Response> {
  try {
    const principal = await authenticate(context, request.req.raw.headers);
    // A bearer has no business on a page, and a stranger signs in first.
    if (principal?.credential.kind !== "browser") return toSignIn(request);
    if (context.dashboard === undefined)
      throw new FlowwError("ROUTE_NOT_FOUND", "The dashboard was not built.", {
        fix: "Start the server with `npm start`, which builds it, or install the published package.",
      });
    const nonce = randomBytes(16).toString("base64");
    // The only place of the page that is not the same for everybody; base64 needs no escaping.
    const page = context.dashboard.page.replace('nonce=""', `nonce="${nonce}"`);
    return new Response(page, { headers: pageHeaders(context, nonce) });
  } catch (error) {
    return replyError(shownError(error, context.report));
  }
}

function toSignIn(request: Context): Response {
  const { pathname, search } = new URL(request.req.url);
  const next = pathname === "/" ? "" : `?next=${encodeURIComponent(pathname + search)}`;
  return new Response(null, {
    status: 303,
    headers: { location: `/login${next}`, "cache-control": "no-store" },
  });
}

/**
 * Scripts are our files and nothing else. Styles too, but for those that the code editor makes, which carry the page's nonce.
 * The page speaks with this server, and with the realtime service where that is another.
 */
function pageHeaders(context: ServerContext, nonce: string): Record<string, string> {
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": [
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self'",
      `connect-src 'self' ${new URL(context.realtimeUrl()).origin}`,
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ].join("; "),
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cache-control": "no-store",
  };
}
