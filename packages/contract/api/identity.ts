import { z } from "zod";
import { route } from "./route.ts";
import { id, instant } from "./shapes.ts";

/** Long enough that a person must think of a sentence; the upper bound keeps hashing cheap. */
export const passwordLength = { min: 10, max: 128 } as const;

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
