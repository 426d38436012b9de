import type { Database, Queryable } from "../../platform/db/database.ts";
import { seal, unseal } from "../../platform/keys/seal.ts";
import type { OutsideIdentity, OutsideSession } from "./outside-identity.ts";

/** As long as an access token of WorkOS: what ended there without a word ends here after the next use. */
const ASK_AGAIN_MS = 5 * 60_000;
/** Of this process; whoever is forgotten is looked up in the database. */
const REMEMBERED_MAX = 10_000;

interface OutsideSessionsOptions {
  database: Database;
  key: Buffer;
  outside: OutsideIdentity;
  report(error: unknown): void;
  askAgainMs?: number;
}

/** Browser sessions that hang on one at the provider: a session in use asks there, now and then, whether it goes on. */
export class OutsideSessions {
  readonly #options: Required<OutsideSessionsOptions>;
  /** By session of ours: when it may ask again. */
  readonly #asked = new Map<string, number>();

  constructor(options: OutsideSessionsOptions) {
    this.#options = { askAgainMs: ASK_AGAIN_MS, ...options };
  }

  async keep(
    transaction: Queryable,
    { sessionId, issuer, session }: { sessionId: string; issuer: string; session: OutsideSession },
  ): Promise<void> {
    const sealed = sealToken(this.#options.key, sessionId, session.refreshToken);
    await transaction.query(
      "insert into outside_sessions (session_id, issuer, outside_id, refresh_token) values ($1, $2, $3, $4)",
      [sessionId, issuer, session.id, sealed],
    );
  }

  /** The provider's id of the session that this one came from. */
  async find(sessionId: string): Promise<string | undefined> {
    const found = await this.#options.database.query<{ id: string }>(
      "select outside_id as id from outside_sessions where session_id = $1",
      [sessionId],
    );
    return found.rows[0]?.id;
  }

  /** A request came with this session. It is answered meanwhile; when it is over there, the next one is refused. */
  noteUse(sessionId: string): void {
    const now = Date.now();
    if ((this.#asked.get(sessionId) ?? 0) > now) return;
    if (this.#asked.size >= REMEMBERED_MAX) this.#asked.clear();
    this.#asked.set(sessionId, now + this.#options.askAgainMs);
    this.askAgain(sessionId).catch(this.#options.report);
  }

  /** Of several servers one asks: the token is good once. */
  async askAgain(sessionId: string): Promise<void> {
    const { database, key, outside, askAgainMs } = this.#options;
    const claimed = await database.query<{ id: string; sealed: Buffer }>(
      `update outside_sessions set asked_at = now()
       where session_id = $1 and asked_at <= now() - make_interval(secs => $2::float8 / 1000)
       returning outside_id as id, refresh_token as sealed`,
      [sessionId, askAgainMs],
    );
    const row = claimed.rows[0];
    if (row === undefined) return;
    const refreshToken = openToken(key, sessionId, row.sealed);
    const next = refreshToken === undefined ? undefined : await outside.refresh({ id: row.id, refreshToken });
    if (next === undefined) {
      await database.query("delete from sessions where id = $1", [sessionId]);
      return;
    }
    const sealed = sealToken(key, sessionId, next.refreshToken);
    await database.query(
      "update outside_sessions set outside_id = $2, refresh_token = $3 where session_id = $1",
      [sessionId, next.id, sealed],
    );
  }
}

/** Opens as this session's and no other's. */
function sealToken(key: Buffer, sessionId: string, token: string): Buffer {
  return seal(key, Buffer.from(token), Buffer.from(sessionId));
}

/** Undefined for what was sealed under another key, or was changed: nobody can ask with it. */
function openToken(key: Buffer, sessionId: string, sealed: Buffer): string | undefined {
  try {
    return unseal(key, sealed, Buffer.from(sessionId)).toString("utf8");
  } catch {
    return undefined;
  }
}

/** It ended there. Answers whose sessions of ours ended with it. */
export async function endOutsideSession(
  transaction: Queryable,
  { issuer, outsideId }: { issuer: string; outsideId: string },
): Promise<string[]> {
  const ended = await transaction.query<{ userId: string }>(
    `delete from sessions using outside_sessions
     where sessions.id = session_id and issuer = $1 and outside_id = $2 returning user_id as "userId"`,
    [issuer, outsideId],
  );
  return [...new Set(ended.rows.map(({ userId }) => userId))];
}
