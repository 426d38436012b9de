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
   * Of a fragment that looks rows of partitioned tables up: the UUID that each of its rows looks for. A statement is
   * planned once, for all partitions there are, and opens every one of them unless it is told which it needs.
   */
  looksUp?(row: Row): string;
  /** Must return `id`, the rows that took effect. */
  sql(parts: StatementParts): string;
}

/** What a fragment's SQL is made with. */
export interface StatementParts {
  /** For its FROM: its rows, as `given`. */
  source: string;
  /** The fragments that this statement has: one that no row is for is left out, since even an empty one costs the database its start. */
  present: ReadonlySet<string>;
  /** A condition that is true for all that the rows look up in this column; the partitions it leaves out are not opened. */
  near(column: string): string;
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
      ...given.flatMap(({ name, fragment, rows }) => [
        encodeRows(this.#types.get(name)!, fragment.columns, rows),
        ...boundsOf(fragment, rows),
      ]),
      ...(given.length === 1
        ? []
        : given.filter(({ fragment }) => fragment.isSilent !== true).map(({ rows }) => rows.length)),
    ];
    const done = await this.#connection
      .queryRows<unknown[]>(this.#statement(present), values)
      .catch((cause: unknown) => {
        throw isFaultOfRows(cause) ? cause : new FlowwError("DATABASE_UNAVAILABLE", undefined, { cause });
      });
    const applied =
      given.length === 1 ? idsOfOne(given[0]!.name, done as [string][]) : idsOfEach(done as AppliedRow[]);
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

/** What a statement of several fragments says of each: the ids that took effect, null for all that were sent. */
type AppliedRow = [fragment: string, applied: string[] | null];
type Applied = ReadonlyMap<string, ReadonlySet<string> | "all">;

function idsOfEach(rows: readonly AppliedRow[]): Applied {
  return new Map(rows.map(([fragment, ids]) => [fragment, ids === null ? "all" : new Set(ids)]));
}

function idsOfOne(fragment: string, rows: readonly [id: string][]): Applied {
  return new Map([[fragment, new Set(rows.map(([id]) => id))]]);
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

/** One fragment alone is a statement as it is, and says its ids: to gather them would cost as much as a small one itself. */
function buildStatement(fragments: [string, LaneFragment<unknown>][], present: ReadonlySet<string>): string {
  let parameter = 0;
  const parts = fragments.map(([key, { name, sql, looksUp }]) => {
    const source = `unnest($${++parameter}::${typeOf(key)}[]) as given`;
    const bounds = looksUp === undefined ? undefined : `$${++parameter}::uuid and $${++parameter}::uuid`;
    const near = (column: string) => {
      if (bounds === undefined) throw new TypeError(`${name} does not say what it looks up`);
      return `${column} between ${bounds}`;
    };
    return { name, text: sql({ source, present, near }) };
  });
  if (parts.length === 1) return parts[0]!.text;
  const tables = parts.map(({ name, text }) => `${name} as (${text})`).join(",\n");
  // Nearly always all of its rows took effect, and one null says so; else their ids come.
  const results = fragments.flatMap(([key, { name, isSilent }]) =>
    isSilent === true
      ? []
      : [
          `select '${key}' as fragment,
             case when count(*) <> $${++parameter}::int4 then coalesce(array_agg(id), '{}') end as applied from ${name}`,
        ],
  );
  return `with ${tables}\n${results.join(" union all ") || "select where false"}`;
}

/** The lowest and the highest of what a fragment's rows look up: UUIDs as text are in the order of their bytes. */
function boundsOf({ looksUp }: LaneFragment<unknown>, rows: readonly unknown[]): string[] {
  if (looksUp === undefined) return [];
  let low = looksUp(rows[0]);
  let high = low;
  for (const row of rows) {
    const id = looksUp(row);
    if (id < low) low = id;
    else if (id > high) high = id;
  }
  return [low, high];
}

function sortBy<Row>(rows: Row[], lock: (row: Row) => string): void {
  const locks = new Map(rows.map((row) => [row, lock(row)]));
  rows.sort((one, other) => (locks.get(one)! < locks.get(other)! ? -1 : 1));
}
