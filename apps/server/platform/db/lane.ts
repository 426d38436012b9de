import { FlowwError } from "@floww/contract/errors";
import { type ArrayType, type ArrayValue, encodeArray } from "./binary-array.ts";
import { GroupCommit } from "./group-commit.ts";
import { type Connect, isFaultOfRows, OwnConnection } from "./own-connection.ts";

/** One column of the rows that a fragment takes. */
export interface LaneColumn<Row> {
  name: string;
  type: ArrayType;
  value(row: Row): ArrayValue;
}

/** One part of the statement that a lane commits: a room's own SQL over `given`, the unnested rows. */
export interface LaneFragment<Row> {
  /**
   * Name of the common table expression; later fragments may refer to earlier ones by it. No table's: that table would be
   * out of sight for every other fragment of the statement.
   */
  name: string;
  columns: readonly LaneColumn<Row>[];
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
  /** True when the row of that id took effect; never for a silent fragment. */
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
  /** By the fragments they have: which ones a flush needs is settled by load, and they are few. */
  readonly #statements = new Map<string, string>();
  readonly #commits: GroupCommit<LaneItem<Fragments>, LaneResult>;
  #isClosed = false;

  constructor(connect: Connect, fragments: Fragments) {
    this.#connection = new OwnConnection(connect);
    this.#fragments = Object.entries(fragments) as unknown as [string, LaneFragment<unknown>][];
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
    const values: Buffer[] = [];
    const present = new Set<string>();
    for (const [name, { columns, lock }] of this.#fragments) {
      const rows = rowsOf(items, name);
      if (rows.length === 0) continue;
      if (lock !== undefined && rows.length > 1) sortBy(rows, lock);
      present.add(name);
      for (const { type, value } of columns) values.push(encodeArray(type, rows.map(value)));
    }
    const text = this.#statement([...present].join("+"), present);
    const done = await this.#connection
      .queryRows<[fragment: string, id: string]>(text, values)
      .catch((cause: unknown) => {
        throw isFaultOfRows(cause) ? cause : new FlowwError("DATABASE_UNAVAILABLE", undefined, { cause });
      });
    const applied = new Map([...present].map((fragment) => [fragment, new Set<string>()]));
    for (const [fragment, id] of done) applied.get(fragment)?.add(id);
    const result: LaneResult = { has: (fragment, id) => applied.get(fragment)?.has(id) === true };
    return items.map(() => result);
  }

  #statement(name: string, present: ReadonlySet<string>): string {
    const known = this.#statements.get(name);
    if (known !== undefined) return known;
    const text = buildStatement(
      this.#fragments.filter(([fragment]) => present.has(fragment)),
      present,
    );
    this.#statements.set(name, text);
    return text;
  }

  /** Of what can be large; the rest is the same few bytes in every row. */
  #bytesOf(item: LaneItem<Fragments>): number {
    let bytes = 0;
    for (const [name, { columns }] of this.#fragments) {
      for (const row of item[name] ?? []) {
        for (const { type, value } of columns)
          if (type === "bytea") bytes += (value(row) as Uint8Array | null)?.byteLength ?? 0;
      }
    }
    return bytes;
  }
}

function rowsOf<Fragments extends Record<string, LaneFragment<never>>>(
  items: LaneItem<Fragments>[],
  name: string,
): unknown[] {
  const all: unknown[] = [];
  for (const item of items) {
    const rows: unknown[] | undefined = item[name];
    if (rows !== undefined) all.push(...rows);
  }
  return all;
}

function buildStatement(fragments: [string, LaneFragment<unknown>][], present: ReadonlySet<string>): string {
  let parameter = 0;
  const parts = fragments.map(([, fragment]) => {
    const arrays = fragment.columns.map((column) => `$${++parameter}::${column.type}[]`).join(", ");
    const names = fragment.columns.map((column) => column.name).join(", ");
    return `${fragment.name} as (${fragment.sql(`unnest(${arrays}) as given (${names})`, present)})`;
  });
  const results = fragments.flatMap(([key, { name, isSilent }]) =>
    isSilent === true ? [] : [`select '${key}' as fragment, id from ${name}`],
  );
  return `with ${parts.join(",\n")}\n${results.join(" union all ") || "select where false"}`;
}

function sortBy<Row>(rows: Row[], lock: (row: Row) => string): void {
  const locks = new Map(rows.map((row) => [row, lock(row)]));
  rows.sort((one, other) => (locks.get(one)! < locks.get(other)! ? -1 : 1));
}
