import type pg from "pg";
import { outlastDeadlock } from "./outlast-deadlock.ts";

/** Opens the connection that somebody has to himself. */
export type Connect = () => Promise<pg.Client>;

/**
 * Fresh statistics can plan a sequential scan for `update … from unnest`, and a plan of 0.3 ms takes 3 ms to make: the few
 * statements that come here are planned once, and by their indexes.
 */
const SETTINGS = `set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off;
  set plan_cache_mode = force_generic_plan; set jit = off`;

/** A connection of its owner's own, for the few statements of the hot path; one that broke is replaced at the next. */
export class OwnConnection {
  readonly #connect: Connect;
  readonly #onOpen: (client: pg.Client) => Promise<void>;
  readonly #names = new Map<string, string>();
  #client: pg.Client | undefined;

  /** `onOpen` makes what its statements need in each connection, before the first of them. */
  constructor(connect: Connect, { onOpen }: { onOpen?(client: pg.Client): Promise<void> } = {}) {
    this.#connect = connect;
    this.#onOpen = onOpen ?? (async () => undefined);
  }

  query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<pg.QueryResult<Row>> {
    return this.#send((client) => client.query<Row>({ name: this.#nameOf(text), text, values }));
  }

  /**
   * The same with each row as a list. `values` are made when there is a connection, for that one; where there is one
   * already the statement has left before this returns.
   */
  async queryRows<Row extends unknown[]>(text: string, values: () => unknown[]): Promise<Row[]> {
    const query = { name: this.#nameOf(text), text, rowMode: "array" as const };
    const done = await this.#send((client) => client.query<Row>({ ...query, values: values() }));
    return done.rows;
  }

  /** The next statement goes through a new connection, which has none of what this one has prepared. Between two statements. */
  renew(): void {
    this.#names.clear();
    if (this.#client !== undefined) this.#forget(this.#client);
  }

  async close(): Promise<void> {
    await this.#client?.end();
  }

  async #send<T>(send: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = this.#client ?? (await this.#connected());
    try {
      return await outlastDeadlock(() => send(client));
    } catch (error) {
      // It may have gone silent for good: nothing more is sent on it.
      if (!isFaultOfRows(error)) this.#forget(client);
      throw error;
    }
  }

  #nameOf(text: string): string {
    const known = this.#names.get(text) ?? `floww_${this.#names.size}`;
    this.#names.set(text, known);
    return known;
  }

  async #connected(): Promise<pg.Client> {
    const client = await this.#connect();
    client.on("error", () => this.#forget(client));
    client.on("end", () => this.#forget(client));
    try {
      await client.query(SETTINGS);
      await this.#onOpen(client);
    } catch (error) {
      this.#forget(client);
      throw error;
    }
    this.#client = client;
    return client;
  }

  #forget(client: pg.Client): void {
    if (this.#client === client) this.#client = undefined;
    client.end().catch(() => undefined);
  }
}

/**
 * SQLSTATE classes 22 (data), 23 (integrity) and 54 (limits) are about the rows, and so is a value that the wire format
 * cannot hold; anything else is about the database.
 */
export function isFaultOfRows(error: unknown): boolean {
  if (error instanceof RangeError) return true;
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" && /^(22|23|54)[0-9A-Z]{3}$/.test(code);
}
