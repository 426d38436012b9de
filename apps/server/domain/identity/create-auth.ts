import { passwordLength } from "@floww/contract/api";
import type { betterAuth as BetterAuth } from "better-auth";
import type { Database } from "../../platform/db/database.ts";
import type { KeyRing } from "../../platform/keys/key-ring.ts";
import { newUuid } from "../../platform/uuid-v7.ts";

export interface AuthOptions {
  database: Database;
  keys: KeyRing;
  publicUrl(): URL;
}

export type Auth = ReturnType<typeof configure>;

/** How the caller's address travels to better-auth; http/ sets it, whatever the request brought. */
export const CLIENT_ADDRESS_HEADER = "x-floww-client-address";

const DAY_SECONDS = 24 * 60 * 60;
export const SESSION_SECONDS = 30 * DAY_SECONDS;

/**
 * better-auth, which says which person this is. Loaded when the first person comes: it costs 50 MB and 0.4 s that a
 * server without browsers does not spend, and by then the public address is known.
 */
export function createAuth(options: AuthOptions): () => Promise<Auth> {
  let auth: Promise<Auth> | undefined;
  return () => {
    auth ??= import("better-auth").then(({ betterAuth }) => configure(betterAuth, options));
    return auth;
  };
}

/**
 * `__Host-` binds the cookie to this host and to https. Over plain http a browser would not keep it, so on this very
 * machine, and nowhere else, it goes without.
 */
export function sessionCookie(publicUrl: URL): { name: string; secure: boolean } {
  const isPlain = publicUrl.protocol === "http:" && isLoopback(publicUrl.hostname);
  return isPlain ? { name: "floww.session", secure: false } : { name: "__Host-floww.session", secure: true };
}

export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** What better-auth signs its cookies with; `browser-sessions.ts` signs the same ones with it. */
export function sessionKey(keys: KeyRing): string {
  return keys.deriveKey("better-auth").toString("base64url");
}

function configure(betterAuth: typeof BetterAuth, { database, keys, publicUrl }: AuthOptions) {
  const { name, secure } = sessionCookie(publicUrl());
  return betterAuth({
    baseURL: publicUrl().origin,
    basePath: "/api/auth",
    secret: sessionKey(keys),
    database: database.pool,
    emailAndPassword: {
      enabled: true,
      // People come in by the set-up link and by invitations: create-person.ts.
      disableSignUp: true,
      minPasswordLength: passwordLength.min,
      maxPasswordLength: passwordLength.max,
    },
    user: {
      modelName: "users",
      fields: { emailVerified: "email_verified", createdAt: "created_at", updatedAt: "updated_at" },
    },
    account: {
      modelName: "accounts",
      fields: {
        userId: "user_id",
        accountId: "account_id",
        providerId: "provider_id",
        accessToken: "access_token",
        refreshToken: "refresh_token",
        idToken: "id_token",
        accessTokenExpiresAt: "access_token_expires_at",
        refreshTokenExpiresAt: "refresh_token_expires_at",
        createdAt: "created_at",
        updatedAt: "updated_at",
      },
    },
    session: {
      modelName: "sessions",
      fields: {
        userId: "user_id",
        ipAddress: "ip_address",
        userAgent: "user_agent",
        expiresAt: "expires_at",
        createdAt: "created_at",
        updatedAt: "updated_at",
      },
      expiresIn: SESSION_SECONDS,
      updateAge: DAY_SECONDS,
      // Revocation holds at once: no answer comes from a cookie.
      cookieCache: { enabled: false },
    },
    verification: {
      modelName: "verifications",
      fields: { expiresAt: "expires_at", createdAt: "created_at", updatedAt: "updated_at" },
    },
    advanced: {
      database: { generateId: () => newUuid() },
      cookiePrefix: "floww",
      useSecureCookies: false,
      defaultCookieAttributes: { secure, httpOnly: true, sameSite: "lax", path: "/" },
      cookies: { session_token: { name, attributes: { secure } } },
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
    },
    // sign-in.ts limits by address and by account.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  });
}
