import { createHmac } from "node:crypto";
import type { Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { type Auth, SESSION_SECONDS, sessionCookie } from "./create-auth.ts";
import { refuseBlocked } from "./refuse-blocked.ts";
import { newToken } from "./secret-token.ts";
import type { ClientPlace } from "./sign-in.ts";

/** A session for somebody whose identity was proven elsewhere, always a new one, with its cookie. @throws FlowwError ACCOUNT_BLOCKED */
export async function startBrowserSession(
  database: Queryable,
  userId: string,
  { sessionKey, publicUrl, address, userAgent }: ClientPlace & { sessionKey: string; publicUrl: URL },
): Promise<{ id: string; cookie: string }> {
  await refuseBlocked(database, userId);
  const id = newUuid();
  const token = newToken("");
  await database.query(
    `insert into sessions (id, user_id, token, ip_address, user_agent, expires_at)
     values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))`,
    [id, userId, token, address, userAgent, SESSION_SECONDS],
  );
  const signature = createHmac("sha256", sessionKey).update(token).digest("base64");
  const { name, secure } = sessionCookie(publicUrl);
  const value = encodeURIComponent(`${token}.${signature}`);
  const flags = `Max-Age=${SESSION_SECONDS}; Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
  return { id, cookie: `${name}=${value}; ${flags}` };
}

/** The person whose cookie this is; undefined for a cookie that is forged, past its time or signed out. */
export async function findBrowserSession(
  auth: Auth,
  headers: Headers,
): Promise<{ sessionId: string; userId: string } | undefined> {
  const found = await auth.api.getSession({ headers, query: { disableRefresh: true } });
  return found === null ? undefined : { sessionId: found.session.id, userId: found.user.id };
}

/** Ends it on the server: its cookie is worth nothing from then on. */
export async function endBrowserSession(
  database: Queryable,
  userId: string,
  sessionId: string,
): Promise<boolean> {
  const deleted = await database.query("delete from sessions where user_id = $1 and id = $2", [
    userId,
    sessionId,
  ]);
  return deleted.rowCount === 1;
}

export interface SessionRow {
  id: string;
  kind: "browser" | "cli";
  client: string;
  address: string;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
}

/** Browsers and command lines alike, the youngest first. */
export async function listSessions(database: Queryable, userId: string): Promise<SessionRow[]> {
  const found = await database.query<SessionRow>(
    `select id, 'browser' as kind, coalesce(user_agent, '') as client, coalesce(ip_address, '') as address,
       created_at as "createdAt", updated_at as "lastUsedAt", expires_at as "expiresAt"
     from sessions where user_id = $1 and expires_at > now()
     union all
     select id, 'cli', client_id, address, created_at, last_used_at,
       (select max(expires_at) from cli_tokens where session_id = cli_sessions.id and used_at is null)
     from cli_sessions where user_id = $1 and revoked_at is null and exists (
       select from cli_tokens where session_id = cli_sessions.id and used_at is null and expires_at > now())
     order by 1 desc limit 200`,
    [userId],
  );
  return found.rows;
}

/** Everywhere: the person lost what the sessions were for, or changed their password. */
export async function endAllSessions(
  transaction: Queryable,
  userId: string,
  { keepBrowsers = false }: { keepBrowsers?: boolean } = {},
): Promise<void> {
  if (!keepBrowsers) await transaction.query("delete from sessions where user_id = $1", [userId]);
  await transaction.query(
    "update cli_sessions set revoked_at = now() where user_id = $1 and revoked_at is null",
    [userId],
  );
}
