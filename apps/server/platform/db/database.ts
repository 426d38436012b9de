import { FlowwError } from "@floww/contract/errors";
import pg from "pg";
import { outlastDeadlock } from "./outlast-deadlock.ts";
import { Turns } from "./turns.ts";

export interface Queryable {
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<pg.QueryResult<Row>>;
}

/** A connection of one's own. */
export type DatabaseClient = pg.Client;

/**
 * A database whose host or network is gone says nothing, and a connection to it waits for ever: past these times it counts
 * as lost. Whoever waits for a lock may wait as long as the pool's queries; a connection that only idles goes sooner.
 */
const CONNECT_MS_MAX = 10_000;
const QUERY_MS_MAX = 30_000;

/**
 * The same from the database's side: what a server that vanished or stands still has locked is free again after half a
 * minute, or a minute. Set in the session, as a pooler in between refuses such names at connect.
 */
const SESSION = `set idle_in_transaction_session_timeout = '60s'; set tcp_keepalives_idle = 15;
  set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3; set tcp_user_timeout = '30s'`;

/** First in a transaction that waits for others than the database: without it that would end it. */
export const STANDS_STILL = "set local idle_in_transaction_session_timeout = 0";

/** The part of the pool that may be held by transactions in turn: what they do needs connections beside their own. */
const IN_TURN_SHARE = 1 / 4;

interface DatabaseLimits {
  connectionsMax?: number;
  queryMsMax?: number;
}

/** Somebody who hears notifications, on a connection of his own. */
export interface Listener {
  /** False while what is sent is lost on it. */
  readonly isConnected: boolean;
  close(): Promise<void>;
}

/** The pool, and the few ways in which the rooms use it. */
export class Database implements Queryable {
  /** Until they are closed. */
  readonly listeners = new Set<Listener>();
  readonly #pool: pg.Pool;
  readonly #config: pg.ClientConfig;
  readonly #turns: Turns;

  constructor(
    config: pg.ClientConfig,
    { connectionsMax = 20, queryMsMax = QUERY_MS_MAX }: DatabaseLimits = {},
  ) {
    const ways = { connectionTimeoutMillis: CONNECT_MS_MAX, keepAlive: true };
    this.#turns = new Turns(Math.max(1, Math.floor(connectionsMax * IN_TURN_SHARE)));
    this.#config = { application_name: "floww", ...ways, ...config };
    const pool = { max: connectionsMax, idleTimeoutMillis: 10_000, query_timeout: queryMsMax };
    this.#pool = new pg.Pool({ ...this.#config, ...pool, onConnect: openSession });
    // An idle connection that the database closes is replaced at the next query; without this line it ends the server.
    this.#pool.on("error", () => undefined);
    // The same for one that is taken out, between two statements of a transaction: there the pool does not listen.
    this.#pool.on("connect", (client) => client.on("error", () => undefined));
  }

  query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<pg.QueryResult<Row>> {
    return outlastDeadlock(() => this.#pool.query<Row>(text, values));
  }

  /** One decision, one transaction. `work` is done again when the first one had to make room for another's. */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    return outlastDeadlock(() => this.#transact(work));
  }

  /**
   * A transaction that waits for a lock of the whole installation, and uses the pool beside it while it has that. Whoever
   * waits on this server for the same `key`, or for others to be done, holds no connection meanwhile. It stands still as long
   * as that work takes.
   */
  transactionInTurn<T>(key: string, work: (transaction: Queryable) => Promise<T>): Promise<T> {
    const patient = async (transaction: Queryable) => {
      await transaction.query(STANDS_STILL);
      return work(transaction);
    };
    return this.#turns.take(key, () => this.transaction(patient));
  }

  async #transact<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query("begin");
      const result = await work(client);
      await client.query("commit");
      return result;
    } catch (error) {
      // Behind a statement that does not end it does not come through, and whoever had the connection next would write into
      // a transaction that nobody commits.
      await client.query("rollback").catch((cause: Error) => {
        broken = cause;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** A connection of its own, for a lane, for LISTEN or for migrations; whoever asks for it ends it. */
  async connect({ queryMsMax = 0 }: { queryMsMax?: number } = {}): Promise<pg.Client> {
    const client = new pg.Client({ ...this.#config, query_timeout: queryMsMax });
    // It may say twice that it is broken, and between two owners' listeners: unheard, that would end the server.
    client.on("error", () => undefined);
    await client.connect();
    try {
      await openSession(client);
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    }
    return client;
  }

  /** The same database through connections that nobody else uses, with limits of their own; whoever asks for it closes it. */
  beside(limits: Required<DatabaseLimits>): Database {
    return new Database(this.#config, limits);
  }

  /** The pool itself, for libraries that bring their own SQL. */
  get pool(): pg.Pool {
    return this.#pool;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

async function openSession(client: pg.ClientBase): Promise<void> {
  await client.query(SESSION);
}

/** True when `error` says that a unique index refused a row. */
export function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: unknown }).code === "23505";
}

/** True when `error` says that other rows refer to the one that should go. */
export function isForeignKeyViolation(error: unknown): boolean {
  return (error as { code?: unknown }).code === "23503";
}

const REQUIRED_SETTINGS = ["fsync", "full_page_writes", "synchronous_commit"];

/** Refuses a database that may lose what it has acknowledged. @throws FlowwError POSTGRES_UNSAFE */
export async function refuseUnsafe(database: Queryable): Promise<void> {
  const settings = await database.query<{ name: string; setting: string }>(
    "select name, setting from pg_settings where name = any($1)",
    [REQUIRED_SETTINGS],
  );
  const off = settings.rows.filter(({ setting }) => setting === "off").map(({ name }) => name);
  if (off.length > 0) throw new FlowwError("POSTGRES_UNSAFE", `PostgreSQL runs with ${off.join(", ")} off.`);
}
