import { createHmac, timingSafeEqual } from "node:crypto";
import type { SwitchName } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { ServerContext } from "../../context.ts";
import type { NewAuditEntry } from "../../domain/audit/store.ts";
import type { Principal } from "../../domain/identity/principal.ts";
import type { ClientPlace } from "../../domain/identity/sign-in.ts";
import type { Html } from "./html.ts";

/** What a page is asked with. */
export interface PageCall {
  context: ServerContext;
  /** Signed in by a browser's cookie; a bearer has no business on a page. */
  person: (Principal & { email: string }) | undefined;
  sessionId: string | undefined;
  url: URL;
  place: ClientPlace;
  cookie(name: string): string | undefined;
  /** The fields of a POST. */
  form: URLSearchParams;
}

interface Shown {
  title: string;
  body: Html;
  status?: number;
  headers?: Record<string, string>;
  cookies?: readonly string[];
  /** A file of ours that the page runs; it does its work without it too. */
  script?: string;
}

/** What a page did, for the audit log. */
type PageAudit = Omit<NewAuditEntry, "address">;

interface Redirect {
  /** A path of this server, or the identity provider's page. */
  redirect: string;
  cookies?: readonly string[];
  audit?: PageAudit;
}

export type PageResult = (Shown & { audit?: PageAudit }) | Redirect;

export interface Page {
  path: string;
  /** Refused with FEATURE_OFF while an administrator has turned this off. */
  feature?: SwitchName;
  get?(call: PageCall): Promise<PageResult>;
  post?(call: PageCall): Promise<PageResult>;
}

/** Binds a form to the session that it was shown in: nobody else's page can fill it in. */
export function formToken({ context, sessionId }: PageCall): string {
  if (sessionId === undefined) throw new TypeError("a form token needs a session");
  return createHmac("sha256", context.identity.formKey).update(sessionId).digest("base64url");
}

/** @throws FlowwError FORBIDDEN for a form of another session */
export function refuseForeignForm(call: PageCall): void {
  const given = Buffer.from(call.form.get("token") ?? "");
  const wanted = Buffer.from(formToken(call));
  if (given.byteLength === wanted.byteLength && timingSafeEqual(given, wanted)) return;
  throw new FlowwError("FORBIDDEN", "This form was shown in another session.", {
    fix: "Go back, reload the page and try again.",
  });
}

export function signInFirst(call: PageCall): Redirect {
  const next = encodeURIComponent(call.url.pathname + call.url.search);
  return { redirect: `/login?next=${next}` };
}
