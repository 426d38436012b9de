import * as z from "zod";
import { passwordLength } from "./password-length.ts";
import { route } from "./route.ts";
import { id, instant } from "./shapes.ts";

export { passwordLength };

export const email = z.email().max(254);
export const personName = z.string().trim().min(1).max(100);
export const password = z.string().min(passwordLength.min).max(passwordLength.max);

export const session = z.object({
  id: id("session"),
  /** `browser` is a cookie; `cli` a `floww login`. */
  kind: z.enum(["browser", "cli"]),
  client: z.string(),
  address: z.string(),
  createdAt: instant,
  lastUsedAt: instant,
  expiresAt: instant,
  isCurrent: z.boolean(),
});

export const passkey = z.object({
  id: id("passkey"),
  name: z.string(),
  /** Kept by an account of the person's (a password manager, a phone's cloud), and so on several devices. */
  isSynced: z.boolean(),
  createdAt: instant,
  lastUsedAt: instant.optional(),
});

/** `PublicKeyCredential.toJSON()` of the browser, whose parts are checked when it is verified (WebAuthn, 5.1). */
const credential = z.looseObject({ id: z.string().max(2_000), type: z.literal("public-key") });

export const identityRoutes = {
  signIn: route({
    method: "POST",
    path: "/api/auth/sign-in",
    summary: "Signs a person in by e-mail and password; the session is a cookie.",
    permission: "public",
    body: z.strictObject({ email, password: z.string().min(1).max(passwordLength.max) }),
    status: 204,
    errors: ["LOGIN_FAILED", "RATE_LIMITED"],
  }),
  signOut: route({
    method: "POST",
    path: "/api/auth/sign-out",
    summary: "Ends the session that this request was made with.",
    permission: "signed-in",
    reply: z.object({
      /** Where the identity provider signs its own session out, for who wants that too. */
      elsewhereUrl: z.url().optional(),
    }),
  }),
  getSignIn: route({
    method: "GET",
    path: "/api/me/sign-in",
    summary: "Says what you sign in with: a password and passkeys here, or an identity provider.",
    permission: "signed-in",
    reply: z.object({
      by: z.enum(["password", "provider"]),
      /** Why there are no passkeys at this server; left out where there are. */
      passkeysRefused: z.string().optional(),
    }),
  }),
  changeName: route({
    method: "PATCH",
    path: "/api/me",
    summary: "Changes your name, where no identity provider says what it is.",
    permission: "signed-in",
    body: z.strictObject({ name: personName }),
    status: 204,
  }),
  changePassword: route({
    method: "POST",
    path: "/api/auth/change-password",
    summary: "Changes your password and ends your other sessions.",
    permission: "signed-in",
    body: z.strictObject({
      currentPassword: z.string().min(1).max(passwordLength.max),
      newPassword: password,
    }),
    status: 204,
    errors: ["LOGIN_FAILED", "RATE_LIMITED"],
  }),
  listSessions: route({
    method: "GET",
    path: "/api/me/sessions",
    summary: "Lists where you are signed in: browsers and command lines.",
    permission: "signed-in",
    reply: z.object({ items: z.array(session) }),
  }),
  revokeSession: route({
    method: "DELETE",
    path: "/api/me/sessions/:sessionId",
    summary: "Ends one of your sessions.",
    permission: "signed-in",
    params: z.object({ sessionId: id("session") }),
    status: 204,
  }),
  listPasskeys: route({
    method: "GET",
    path: "/api/me/passkeys",
    summary: "Lists the passkeys that you sign in with.",
    permission: "signed-in",
    reply: z.object({ items: z.array(passkey) }),
  }),
  startPasskey: route({
    method: "POST",
    path: "/api/me/passkey-challenges",
    summary:
      "Begins a passkey, in a browser: answers what its authenticator is asked, good once and for ten minutes.",
    permission: "signed-in",
    // Nothing is changed yet.
    isAudited: false,
    body: z.strictObject({ password: z.string().min(1).max(passwordLength.max) }),
    reply: z.object({
      /** For `PublicKeyCredential.parseCreationOptionsFromJSON`. */
      options: z.looseObject({ challenge: z.string() }),
      /** Comes back with the credential. */
      ticket: z.string(),
    }),
    errors: ["LOGIN_FAILED", "RATE_LIMITED", "PASSKEYS_OFF", "STATE_CONFLICT"],
  }),
  createPasskey: route({
    method: "POST",
    path: "/api/me/passkeys",
    summary: "Adds a passkey that your browser made.",
    permission: "signed-in",
    body: z.strictObject({ name: personName, ticket: z.string().max(1_000), credential }),
    bodyBytesMax: 64 * 1024,
    status: 201,
    reply: passkey,
    errors: ["PASSKEYS_OFF", "PASSKEY_INVALID", "SIGN_IN_EXPIRED", "STATE_CONFLICT"],
  }),
  deletePasskey: route({
    method: "DELETE",
    path: "/api/me/passkeys/:passkeyId",
    summary: "Deletes one of your passkeys: it signs nobody in any more.",
    permission: "signed-in",
    params: z.object({ passkeyId: id("passkey") }),
    status: 204,
  }),
  acceptInvitation: route({
    method: "POST",
    path: "/api/invitations/accept",
    summary: "Joins an organization by the token of an invitation to your e-mail address.",
    permission: "signed-in",
    feature: "invitations",
    body: z.strictObject({ token: z.string().min(1).max(200) }),
    reply: z.object({ organizationId: id("organization") }),
    errors: ["INVITATION_INVALID", "STATE_CONFLICT"],
  }),
};
