import { FlowwError } from "@floww/contract/errors";
import type pg from "pg";
import { type Column, type ColumnValue, encodeRows } from "./binary-rows.ts";
import { GroupCommit } from "./group-commit.ts";
import { type Connect, isFaultOfRows, OwnConnection } from "./own-connection.ts";

/** One part of the statement that a lane commits: a room's own SQL over `given`, its rows. */
export interface LaneFragment<Row> {
  /**
   * Name of the common table expression; later fragments may refer to earlier ones by it. No table's: that table would be
   * out of sight for every other fragment of the statement.
   */
  name: string;
  columns: readonly Column<Row>[];
  /** Nobody asks which of its rows took effect, so it need not return them. */
  isSilent?: true;
  /**
   * Of a fragment that locks rows: what says which one. Its rows go in this order, so that two who lock several of them
   * (another server's lane, a cancel) meet at the first and do not wait for each other.
   */
  lock?(row: Row): string;
  /**
   * SQL with `${source}` in its FROM; must return `id`, the rows that took effect. `present` names the fragments that
   * this statement has: one that no row is for is left out, since even an empty one costs the database its start.
   */
  sql(source: string, present: ReadonlySet<string>): string;
}

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
  /** By the fragments they have: which ones a flush needs is settled by load, and they are few. */
  readonly #statements = new Map<string, string>();
  readonly #commits: GroupCommit<LaneItem<Fragments>, LaneResult>;
  /** The types of each fragment's rows, in the connection that is open now. */
  readonly #types = new Map<string, number>();
  #isClosed = false;

  constructor(connect: Connect, fragments: Fragments) {
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
    const given: { name: string; fragment: LaneFragment<unknown>; rows: unknown[] }[] = [];
    for (const [name, fragment] of this.#fragments) {
      const rows = collectRows(items, name);
      if (rows.length === 0) continue;
      if (fragment.lock !== undefined && rows.length > 1) sortBy(rows, fragment.lock);
      given.push({ name, fragment, rows });
    }
    const present = given.map(({ name }) => name);
    const values = () => [
      ...given.map(({ name, fragment, rows }) => encodeRows(this.#types.get(name)!, fragment.columns, rows)),
      ...given.flatMap(({ fragment, rows }) => (fragment.isSilent === true ? [] : [rows.length])),
    ];
    const done = await this.#connection
      .queryRows<[fragment: string, applied: string[] | null]>(this.#statement(present), values)
      .catch((cause: unknown) => {
        throw isFaultOfRows(cause) ? cause : new FlowwError("DATABASE_UNAVAILABLE", undefined, { cause });
      });
    const applied = new Map<string, ReadonlySet<string> | "all">();
    for (const [fragment, ids] of done) applied.set(fragment, ids === null ? "all" : new Set(ids));
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

  #statement(present: readonly string[]): string {
    const name = present.join("+");
    const known = this.#statements.get(name);
    if (known !== undefined) return known;
    const fragments = this.#fragments.filter(([fragment]) => present.includes(fragment));
    const text = buildStatement(fragments, new Set(present));
    this.#statements.set(name, text);
    return text;
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

function bytesOfFragment({ columns }: LaneFragment<unknown>): ((row: unknown) => ColumnValue)[] {
  return columns.flatMap(({ type, value }) => (type === "bytea" ? [value] : []));
}

/** Characters do for bytes: the bound is a round one. */
function lengthOf(value: ColumnValue): number {
  return typeof value === "string" ? value.length : ((value as Uint8Array | null)?.byteLength ?? 0);
}

/** Fragments' names are ours, and may hold capitals. */
function typeOf(fragment: string): string {
  return `pg_temp."given_${fragment}"`;
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

function buildStatement(fragments: [string, LaneFragment<unknown>][], present: ReadonlySet<string>): string {
  let parameter = 0;
  const parts = fragments.map(
    ([key, { name, sql }]) =>
      `${name} as (${sql(`unnest($${++parameter}::${typeOf(key)}[]) as given`, present)})`,
  );
  // Nearly always all of its rows took effect, and one null says so; else their ids come.
  const results = fragments.flatMap(([key, { name, isSilent }]) =>
    isSilent === true
      ? []
      : [
          `select '${key}' as fragment,
             case when count(*) <> $${++parameter}::int4 then coalesce(array_agg(id), '{}') end as applied from ${name}`,
        ],
  );
  return `with ${parts.join(",\n")}\n${results.join(" union all ") || "select where false"}`;
}

function sortBy<Row>(rows: Row[], lock: (row: Row) => string): void {
  const locks = new Map(rows.map((row) => [row, lock(row)]));
  rows.sort((one, other) => (locks.get(one)! < locks.get(other)! ? -1 : 1));
}
