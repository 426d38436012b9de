import { FlowwError } from "@floww/contract/errors";
import type pg from "pg";
import type { ColumnValue } from "./binary-rows.ts";
import { type Day, dayAt, partitionOf } from "./day-partitions.ts";
import { GroupCommit } from "./group-commit.ts";
import {
  buildStatement,
  type GivenRows,
  type LaneFragment,
  type LaneStatement,
  shapeOf,
  typeOf,
} from "./lane-statement.ts";
import { type Connect, isFaultOfRows, OwnConnection } from "./own-connection.ts";

/** What one caller commits at once: rows for any of the lane's fragments. */
export type LaneItem<Fragments extends Record<string, LaneFragment<never>>> = {
  [Name in keyof Fragments]?: Fragments[Name] extends LaneFragment<infer Row> ? Row[] : never;
};

export interface LaneResult {
  /** True when the item's own row of that id took effect; never for a silent fragment. */
  has(fragment: string, id: string): boolean;
}

/**
 * A lane is one connection on which every write of the hot path travels: all rows of all requests in flight go to
 * PostgreSQL in one statement, hence one commit. Rows of one caller are never split over two statements, and an
 * update sent after its insert has returned always finds it.
 */
export class Lane<Fragments extends Record<string, LaneFragment<never>>> {
  readonly #connection: OwnConnection;
  readonly #fragments: [string, LaneFragment<unknown>][];
  /** By fragment, the columns that can be large. */
  readonly #bytes: ReadonlyMap<string, ((row: unknown) => ColumnValue)[]>;
  /** By their shape: which ones are needed is settled by load, and they are few. */
  readonly #statements = new Map<string, LaneStatement>();
  readonly #commits: GroupCommit<LaneItem<Fragments>, LaneResult>;
  /** The types of each fragment's rows, in the connection that is open now. */
  readonly #types = new Map<string, number>();
  readonly #nowMs: () => number;
  #today: Day;
  #isClosed = false;

  constructor(connect: Connect, fragments: Fragments, { nowMs = Date.now }: { nowMs?(): number } = {}) {
    this.#nowMs = nowMs;
    this.#today = dayAt(nowMs());
    this.#connection = new OwnConnection(connect, { onOpen: (client) => this.#createTypes(client) });
    this.#fragments = Object.entries(fragments) as unknown as [string, LaneFragment<unknown>][];
    this.#bytes = new Map(this.#fragments.map(([name, fragment]) => [name, bytesOfFragment(fragment)]));
    this.#commits = new GroupCommit({
      flush: (items) => this.#flush(items),
      bytesOf: (item) => this.#bytesOf(item),
      isItemFault: isFaultOfRows,
    });
  }

  /** @throws FlowwError DATABASE_UNAVAILABLE, QUEUE_FULL, SERVER_STOPPING: nothing was committed, or it is not known to be. */
  commit(item: LaneItem<Fragments>): Promise<LaneResult> {
    // What still ends after the close belongs to whoever takes up this server's work, and must not be written by it.
    if (this.#isClosed) return Promise.reject(new FlowwError("SERVER_STOPPING"));
    return this.#commits.submit(item);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#commits.drain();
    await this.#connection.close();
  }

  async #flush(items: LaneItem<Fragments>[]): Promise<LaneResult[]> {
    const given: GivenRows[] = [];
    for (const [name, fragment] of this.#fragments) {
      const rows = collectRows(items, name);
      if (rows.length === 0) continue;
      if (fragment.lock !== undefined && rows.length > 1) sortBy(rows, fragment.lock);
      given.push({ name, fragment, rows });
    }
    const { statement, rows: done } = await this.#send(given);
    const applied = statement.applied(done);
    return items.map((item) => ({
      has: (fragment, id) => {
        const ids = applied.get(fragment);
        if (ids !== "all") return ids?.has(id) === true;
        // All that were sent; and this one must have been.
        const sent: readonly unknown[] | undefined = item[fragment];
        return sent?.some((row) => (row as { id?: string }).id === id) === true;
      },
    }));
  }

  async #send(given: readonly GivenRows[]): Promise<{ statement: LaneStatement; rows: unknown[][] }> {
    this.#keepToday();
    const send = async (isOfToday: boolean) => {
      const statement = this.#statementOf(given, isOfToday);
      const rows = await this.#connection.queryRows(statement.text, () =>
        statement.values(given, this.#types),
      );
      return { statement, rows };
    };
    const isOfToday = areOf(given, this.#today);
    return send(isOfToday)
      .catch((error: unknown) => {
        // A partition that is not there: the table itself knows what to say.
        if (isOfToday && isUndefinedTable(error)) return send(false);
        throw error;
      })
      .catch((cause: unknown) => {
        throw isFaultOfRows(cause) ? cause : new FlowwError("DATABASE_UNAVAILABLE", undefined, { cause });
      });
  }

  /** What was prepared for the partitions of a day that is over goes, with the connection that has it. */
  #keepToday(): void {
    const nowMs = this.#nowMs();
    if (nowMs < this.#today.endMs) return;
    this.#today = dayAt(nowMs);
    this.#statements.clear();
    this.#connection.renew();
  }

  #statementOf(given: readonly GivenRows[], isOfToday: boolean): LaneStatement {
    const shape = shapeOf(given) + (isOfToday ? " today" : "");
    const known = this.#statements.get(shape);
    if (known !== undefined) return known;
    const statement = buildStatement(given, (table) => (isOfToday ? partitionOf(table, this.#today) : table));
    this.#statements.set(shape, statement);
    return statement;
  }

  /** The shape of each fragment's rows, as a type of this connection: it ends with it, and is never another version's. */
  async #createTypes(client: pg.Client): Promise<void> {
    const create = this.#fragments.map(([name, { columns }]) => {
      const attributes = columns.map((column) => `"${column.name}" ${column.type}`).join(", ");
      return `create type ${typeOf(name)} as (${attributes})`;
    });
    await client.query(create.join(";\n"));
    const names = this.#fragments.map(([name]) => name);
    const found = await client.query<{ oid: number }>(
      "select name::regtype::oid::int8::float8 as oid from unnest($1::text[]) with ordinality as given (name, at) order by at",
      [names.map(typeOf)],
    );
    for (const [at, { oid }] of found.rows.entries()) this.#types.set(names[at]!, oid);
  }

  /** Of what can be large; the rest is the same few bytes in every row. */
  #bytesOf(item: LaneItem<Fragments>): number {
    let bytes = 0;
    for (const name in item) {
      for (const value of this.#bytes.get(name) ?? [])
        for (const row of item[name] ?? []) bytes += lengthOf(value(row));
    }
    return bytes;
  }
}

function areOf(given: readonly GivenRows[], { from, to }: Day): boolean {
  for (const { fragment, rows } of given) {
    if (fragment.dayOf === undefined) continue;
    for (const row of rows) {
      const id = fragment.dayOf(row);
      if (id < from || id >= to) return false;
    }
  }
  return true;
}

/** SQLSTATE 42P01. */
function isUndefinedTable(error: unknown): boolean {
  return (error as { code?: unknown }).code === "42P01";
}

function bytesOfFragment({ columns }: LaneFragment<unknown>): ((row: unknown) => ColumnValue)[] {
  return columns.flatMap(({ type, value }) => (type === "bytea" ? [value] : []));
}

/** Characters do for bytes: the bound is a round one. */
function lengthOf(value: ColumnValue): number {
  return typeof value === "string" ? value.length : ((value as Uint8Array | null)?.byteLength ?? 0);
}

function collectRows<Fragments extends Record<string, LaneFragment<never>>>(
  items: LaneItem<Fragments>[],
  name: string,
): unknown[] {
  const all: unknown[] = [];
  for (const item of items) {
    const rows: unknown[] | undefined = item[name];
    if (rows !== undefined) for (const row of rows) all.push(row);
  }
  return all;
}

function sortBy<Row>(rows: Row[], lock: (row: Row) => string): void {
  const locks = new Map(rows.map((row) => [row, lock(row)]));
  rows.sort((one, other) => (locks.get(one)! < locks.get(other)! ? -1 : 1));
}
