import type { Database, Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { hashToken, newToken } from "./secret-token.ts";

const ACCESS_PREFIX = "floww_at_";
const REFRESH_PREFIX = "floww_rt_";
export const ACCESS_SECONDS = 60 * 60;
const REFRESH_SECONDS = 30 * 24 * 60 * 60;

export interface TokenPair {
  accessToken: string;
  refreshToken: string;
}

export interface NewCliSession {
  userId: string;
  clientId: string;
  address: string;
}

/** One sign-in of a command line, with its first tokens. */
export async function startCliSession(
  transaction: Queryable,
  { userId, clientId, address }: NewCliSession,
): Promise<TokenPair> {
  const sessionId = newUuid();
  await transaction.query(
    "insert into cli_sessions (id, user_id, client_id, address) values ($1, $2, $3, $4)",
    [sessionId, userId, clientId, address],
  );
  return issueTokens(transaction, sessionId);
}

async function issueTokens(transaction: Queryable, sessionId: string): Promise<TokenPair> {
  const accessToken = newToken(ACCESS_PREFIX);
  const refreshToken = newToken(REFRESH_PREFIX);
  await transaction.query(
    `insert into cli_tokens (hash, session_id, kind, expires_at) values
       ($2, $1, 'access', now() + make_interval(secs => $4)),
       ($3, $1, 'refresh', now() + make_interval(secs => $5))`,
    [sessionId, hashToken(accessToken), hashToken(refreshToken), ACCESS_SECONDS, REFRESH_SECONDS],
  );
  return { accessToken, refreshToken };
}

/** The session of an access token in force. */
export async function findCliSession(
  database: Queryable,
  accessToken: string,
): Promise<{ sessionId: string; userId: string } | undefined> {
  if (!accessToken.startsWith(ACCESS_PREFIX)) return undefined;
  const found = await database.query<{ sessionId: string; userId: string }>(
    `select session_id as "sessionId", user_id as "userId"
     from cli_tokens join cli_sessions on cli_sessions.id = session_id
     where hash = $1 and kind = 'access' and expires_at > now() and revoked_at is null`,
    [hashToken(accessToken)],
  );
  return found.rows[0];
}

/** Whose session it is, while it is in force: for what was given out to it and ends with it. */
export async function findSessionUser(database: Queryable, sessionId: string): Promise<string | undefined> {
  const found = await database.query<{ userId: string }>(
    'select user_id as "userId" from cli_sessions where id = $1 and revoked_at is null',
    [sessionId],
  );
  return found.rows[0]?.userId;
}

/**
 * Trades a refresh token for the next pair, once. One that comes again ends the whole session: of the two who hold it
 * one is a thief, and nobody can tell which. There is no grace for an answer that got lost, for a thief would have it too.
 */
export function refreshCliSession(
  database: Database,
  { refreshToken, clientId }: { refreshToken: string; clientId: string },
): Promise<TokenPair | undefined> {
  return database.transaction(async (transaction) => {
    const token = await lockRefreshToken(transaction, { refreshToken, clientId });
    if (token === undefined || token.isOver) return undefined;
    if (token.isUsed) {
      await revokeCliSession(transaction, token.sessionId);
      return undefined;
    }
    await transaction.query("update cli_tokens set used_at = now() where hash = $1", [
      hashToken(refreshToken),
    ]);
    await transaction.query("update cli_sessions set last_used_at = now() where id = $1", [token.sessionId]);
    await transaction.query("delete from cli_tokens where session_id = $1 and expires_at < now()", [
      token.sessionId,
    ]);
    return issueTokens(transaction, token.sessionId);
  });
}

interface LockedToken {
  sessionId: string;
  isUsed: boolean;
  isOver: boolean;
}

/** Whoever else presents a token of this session waits, and then finds it used. */
async function lockRefreshToken(
  transaction: Queryable,
  { refreshToken, clientId }: { refreshToken: string; clientId: string },
): Promise<LockedToken | undefined> {
  const found = await transaction.query<LockedToken>(
    `select session_id as "sessionId", used_at is not null as "isUsed",
       (expires_at <= clock_timestamp() or revoked_at is not null) as "isOver"
     from cli_tokens join cli_sessions on cli_sessions.id = session_id
     where hash = $1 and kind = 'refresh' and client_id = $2 for update`,
    [hashToken(refreshToken), clientId],
  );
  return found.rows[0];
}

/** Either token ends the session it belongs to; a token that is not known is as good as ended (RFC 7009). */
export async function revokeToken(database: Queryable, token: string, clientId: string): Promise<void> {
  await database.query(
    `update cli_sessions set revoked_at = now() where revoked_at is null and client_id = $2
       and id = (select session_id from cli_tokens where hash = $1)`,
    [hashToken(token), clientId],
  );
}

async function revokeCliSession(transaction: Queryable, sessionId: string): Promise<void> {
  await transaction.query("update cli_sessions set revoked_at = now() where id = $1 and revoked_at is null", [
    sessionId,
  ]);
}

/** True when it was one of the person's, and in force. */
export async function endCliSession(
  database: Queryable,
  userId: string,
  sessionId: string,
): Promise<boolean> {
  const updated = await database.query(
    "update cli_sessions set revoked_at = now() where user_id = $1 and id = $2 and revoked_at is null",
    [userId, sessionId],
  );
  return updated.rowCount === 1;
}
