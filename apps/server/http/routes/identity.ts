import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import {
  endAllSessions,
  endBrowserSession,
  listSessions,
  type SessionRow,
} from "../../domain/identity/browser-sessions.ts";
import { endCliSession } from "../../domain/identity/cli-sessions.ts";
import { passkeysRefused } from "../../domain/identity/passkeys/relying-party.ts";
import { renamePerson } from "../../domain/identity/people.ts";
import { acceptInvitation } from "../../domain/organizations/invitations.ts";
import { expiredCookie } from "../expired-cookie.ts";
import { type RouteCall, type RouteHandlers, requireUser, uuidOf } from "../route-handler.ts";
import { signOutBrowser } from "../sign-out.ts";

type Handled =
  | "signIn"
  | "signOut"
  | "getSignIn"
  | "changeName"
  | "changePassword"
  | "listSessions"
  | "revokeSession"
  | "acceptInvitation";

export const identityHandlers: Pick<RouteHandlers, Handled> = {
  signIn: async ({ body }, call) => {
    const { passwords } = call.context.identity;
    const signedIn = await passwords.signIn({ ...body, ...call.place });
    setCookies(call, signedIn.headers);
    call.audit.actor = { kind: "user", id: signedIn.userId, name: body.email };
  },

  signOut: async (_, call) => {
    const { id } = requireUser(call);
    const { credential } = call.principal;
    if (credential.kind === "cli") await endCliSession(call.context.database, id, credential.sessionId);
    if (credential.kind !== "browser") return {};
    const { sessionId } = credential;
    const elsewhere = await signOutBrowser(call.context, { userId: id, sessionId });
    call.replyHeaders.append("set-cookie", expiredCookie(call.context.publicUrl()));
    return elsewhere === undefined ? {} : { elsewhereUrl: elsewhere.href };
  },

  getSignIn: async (_, call) => {
    requireUser(call);
    const { identity, publicUrl } = call.context;
    if (identity.outside !== undefined)
      return {
        by: "provider",
        passkeysRefused: "The identity provider signs you in, and has your passkeys.",
      };
    const refused = passkeysRefused(publicUrl());
    return { by: "password", ...(refused === undefined ? {} : { passkeysRefused: refused }) };
  },

  changeName: async ({ body }, call) => {
    const { id } = requireUser(call);
    if (call.context.identity.outside !== undefined)
      throw new FlowwError("FORBIDDEN", "Your name is the identity provider's to say.", {
        fix: "Change it there.",
      });
    await renamePerson(call.context.database, id, body.name);
  },

  changePassword: async ({ body }, call) => {
    const { id, email, credential } = requireUser(call);
    if (credential.kind !== "browser")
      throw new FlowwError("FORBIDDEN", "The password is changed in a browser, where you signed in with it.");
    const headers = await call.context.identity.passwords.changePassword({
      account: email,
      address: call.place.address,
      headers: call.requestHeaders,
      ...body,
    });
    await endAllSessions(call.context.database, id, { keepBrowsers: true });
    setCookies(call, headers);
  },

  listSessions: async (_, call) => {
    const { id, credential } = requireUser(call);
    const current = credential.kind === "key" ? undefined : credential.sessionId;
    const rows = await listSessions(call.context.database, id);
    return { items: rows.map((row) => presentSession(row, current)) };
  },

  revokeSession: async ({ params }, call) => {
    const { id } = requireUser(call);
    const sessionId = uuidOf("session", params.sessionId);
    const isEnded =
      (await endBrowserSession(call.context.database, id, sessionId)) ||
      (await endCliSession(call.context.database, id, sessionId));
    if (!isEnded) throw new FlowwError("NOT_FOUND", "You have no such session.");
  },

  acceptInvitation: async ({ body }, call) => {
    const { id, email } = requireUser(call);
    const accepted = await call.context.database.transaction((transaction) =>
      acceptInvitation(transaction, { token: body.token, userId: id, email }),
    );
    call.audit.organizationId = accepted.organizationId;
    return { organizationId: formatId("organization", accepted.organizationId) };
  },
};

function setCookies({ replyHeaders }: RouteCall, from: Headers): void {
  for (const cookie of from.getSetCookie()) replyHeaders.append("set-cookie", cookie);
}

function presentSession(row: SessionRow, current: string | undefined) {
  return {
    id: formatId("session", row.id),
    kind: row.kind,
    client: row.client,
    address: row.address,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    isCurrent: row.id === current,
  };
}
